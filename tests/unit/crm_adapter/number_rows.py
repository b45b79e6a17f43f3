"""What is asked of numbers, row by row: settings of a site (S), phone fields (F), dialling (D), forms and steps."""

from __future__ import annotations

from typing import NamedTuple

from crm_adapter.location import Location
from crm_adapter.numberrules import AreaCodeRule, NumberRule, Role
from csta.model.call import Presentation

MUNICH = Location(country="DE", area_code="089", outside_prefixes=("0",), main_numbers=("+49 89 1234",))
PREFIXED = Location(area_code="089", prefixed_roles=("outgoing", "incoming", "redirecting", "connected"))
PLUS_MISSING = Location(area_code="089", plus_missing=True)
GUESSING = Location(area_code="089", guess=True)
NINE = Location(area_code="089", outside_prefixes=("9",))


class Dialled(NamedTuple):
    """What is typed at a site, and the digits for the switch."""

    text: str
    digits: str
    site: Location = MUNICH


def munich(**more: object) -> Location:
    return Location(**{"country": "DE", "area_code": "089", **more})  # type: ignore[arg-type]


def berlin(*rules: AreaCodeRule) -> Location:
    return Location(area_code="030", area_code_rules=rules)


# S04, S05, S10, S11 and S13 are about the page, the settings file and a licence, not about numbers.
SETTINGS = {
    "S01 the country decides what a national number is": Dialled("01 5123456", "0015123456", Location(country="AT")),
    "S02 area code with trunk prefix": Dialled("1234567", "00891234567", Location(area_code="089")),
    "S02 area code without": Dialled("1234567", "00891234567", Location(area_code="89")),
    'S03 outside line ""': Dialled("030 1234567", "0301234567", munich(outside_prefixes=("",))),
    "S03 none": Dialled("030 1234567", "0301234567", munich(outside_prefixes=())),
    "S03 outside line 0": Dialled("030 1234567", "00301234567", munich(outside_prefixes=("0",))),
    "S03 outside line 9": Dialled("030 1234567", "90301234567", munich(outside_prefixes=("9",))),
    "S03 outside line 00": Dialled("030 1234567", "000301234567", munich(outside_prefixes=("00",))),
    "S03 outside lines 0,1": Dialled("030 1234567", "00301234567", munich(outside_prefixes=("0", "1"))),
    "S06 before a number abroad": Dialled("+44 161 5527789", "000441615527789"),
    "S06 before a mobile": Dialled("0171 3920014", "001713920014"),
    "S06 before a service": Dialled("0800 2255669", "008002255669"),
    "S06 before a short number": Dialled("116117", "0116117"),
    "S06 not before a short number": Dialled("116117", "116117", munich(short_with_prefix=False)),
    "S06 not before an extension": Dialled("2001", "2001"),
    "S06 not before an own number": Dialled("+49 89 1234 2001", "2001"),
    "S07 a number the plan has no pattern for": Dialled("0152228817386", "00152228817386", munich()),
    "S07 the own country": Dialled("030 1234567", "+49301234567", munich(dial_e164=True)),
    "S07 another own country": Dialled("030 1234567", "+41301234567", Location(country="CH", dial_e164=True)),
    "S08 the own area": Dialled("1234567", "+49891234567", munich(dial_e164=True)),
    "S09 shorter than an extension": Dialled("234", "0089234"),
    "S09 as long as an extension": Dialled("2345", "2345"),
    "S09 longer than an extension": Dialled("23456", "008923456"),
    "S09 four is the default": Dialled("2345", "2345", Location()),
    "S12 no rule: with area code": Dialled("1234567", "00301234567", berlin()),
    "S12 area code and trunk prefix": Dialled("1234567", "00301234567", berlin(AreaCodeRule(area_code="030"))),
    "S12 without area code": Dialled(
        "1234567", "01234567", berlin(AreaCodeRule(area_code="30", dial_area_code=False, dial_trunk_prefix=False))
    ),
    "S12 area code without trunk prefix": Dialled(
        "1234567", "0301234567", berlin(AreaCodeRule(area_code="030", dial_trunk_prefix=False))
    ),
    "S12 trunk prefix without area code": Dialled(
        "1234567", "001234567", berlin(AreaCodeRule(area_code="030", dial_area_code=False))
    ),
    "S12 only some prefixes, one of them": Dialled(
        "1234567",
        "01234567",
        berlin(AreaCodeRule(area_code="030", prefixes=("12", "5"), dial_area_code=False, dial_trunk_prefix=False)),
    ),
    "S12 only some prefixes, another": Dialled(
        "2234567",
        "00302234567",
        berlin(AreaCodeRule(area_code="030", prefixes=("12", "5"), dial_area_code=False, dial_trunk_prefix=False)),
    ),
    "S12 another area": Dialled(
        "089 1234567", "00891234567", berlin(AreaCodeRule(area_code="030", dial_area_code=False))
    ),
    "S12 seven digits in the NANP": Dialled(
        "(425) 555-0100",
        "95550100",
        Location(
            country="US",
            area_code="425",
            outside_prefixes=("9",),
            area_code_rules=(AreaCodeRule(area_code="425", dial_area_code=False, dial_trunk_prefix=False),),
        ),
    ),
    "S12 ten digits in the NANP": Dialled(
        "(206) 555-0100",
        "92065550100",
        Location(
            country="US",
            area_code="425",
            outside_prefixes=("9",),
            area_code_rules=(AreaCodeRule(area_code="206", dial_trunk_prefix=False),),
        ),
    ),
    "S12 eleven digits in the NANP": Dialled(
        "(212) 555-0100", "912125550100", Location(country="US", area_code="425", outside_prefixes=("9",))
    ),
}
FIELDS = {
    "F03 slash and dash": Dialled("089/1234-567", "00891234567"),
    "F03 brackets": Dialled("(089) 12 34 567", "00891234567"),
    "F03 canonical": Dialled("+49 (89) 1234-567", "00891234567"),
    "F03 the pitfall: trunk prefix in brackets": Dialled("+49 (0)89 1234567", "00891234567"),
    "F03 the plus is not lost": Dialled("+44 161 5527789", "000441615527789"),
    "F05 strict, digits and spaces": Dialled("0044 161 5527789", "000441615527789"),
    "F05 strict, + country (area) number": Dialled("+ 44 (161) 5527789", "000441615527789"),
}
DIALLING = {
    "D01": Dialled("0044 161 5527789", "000441615527789"),
    "D02": Dialled("+ 44 (161) 5527789", "000441615527789"),
    "D03": Dialled("030 1234567", "00301234567"),
    "D04 with the own area code": Dialled("1234567", "00891234567"),
    "D04 where a rule says without": Dialled(
        "1234567",
        "01234567",
        munich(area_code_rules=(AreaCodeRule(area_code="089", dial_area_code=False, dial_trunk_prefix=False),)),
    ),
    "D05": Dialled("1234", "1234"),
    "D06": Dialled("+49 89 1234 1234", "1234"),
    "D06 as it is dialled in the country": Dialled("089 1234-1234", "1234"),
}
ORDER = {
    "§3c internal": Dialled("2001", "2001"),
    "§3c own block": Dialled("+49 (89) 1234-2001", "2001"),
    "§3c emergency": Dialled("112", "112"),
    "§3c emergency as dialled over the outside line": Dialled("0112", "112"),
    "§3c emergency, the site dials it outside": Dialled("112", "0112", munich(emergency_with_prefix=True)),
    "§3c emergency, never reformatted": Dialled("110", "110"),
    "§3c short number": Dialled("115", "0115", munich(internal_length=4)),
    "§3c the region is that of the switch": Dialled(
        "+49 89 1234567", "901149891234567", Location(country="US", outside_prefixes=("9",))
    ),
    "§3c the plus is kept": Dialled("030 1234567", "+49301234567", munich(dial_e164=True)),
    "§3c vanity": Dialled("0800 CALLNOW", "008002255669"),
    "§3c vanity with a digit": Dialled("0180 3 FLOWER", "001803356937"),
}


class Understood(NamedTuple):
    """What comes, how, at which site, and its E.164 form; None where it has none."""

    raw: str
    e164: str | None
    role: Role = "incoming"
    site: Location = MUNICH


FORMS = {
    "international prefix": Understood("0044 161 5527789", "+441615527789"),
    "strict form": Understood("+ 44 (161) 5527789", "+441615527789"),
    "trunk prefix in brackets": Understood("+44 (0)161 5527789", "+441615527789"),
    "canonical form": Understood("+49 (89) 1234-567", "+49891234567"),
    "slash and dash": Understood("089/1234-567", "+49891234567"),
    "main number": Understood("+49 89 1234-0", "+498912340", "stored"),
    "local number": Understood("1234567", "+49891234567"),
    "local number without an area code": Understood("1234567", "+491234567", site=Location()),
    "extension before the library": Understood("234", None, site=Location(internal_length=3)),
    "plus missing, no rule": Understood("491711234567", "+4989491711234567"),
    "plus missing, mobile": Understood("491711234567", "+491711234567", site=PLUS_MISSING),
    "plus missing, abroad": Understood("441615527789", "+441615527789", site=PLUS_MISSING),
    "plus missing, but 00": Understood("004930123456", "+4930123456", site=PLUS_MISSING),
    "plus missing is no habit of a CRM": Understood("4930123456", "+49894930123456", "stored", PLUS_MISSING),
    "0 + 089": Understood("00891234567", "+49891234567", site=PREFIXED),
    "0 + 089, not delivered": Understood("00891234567", None),
    "00, outside line not delivered": Understood("00441615527789", "+441615527789"),
    "00, stripped blindly it would be a number of the country": Understood("0441615527789", "+49441615527789"),
    "0 + 0171": Understood("001711234567", "+491711234567", site=PREFIXED),
    "0 + 0044": Understood("000441615527789", "+441615527789", site=PREFIXED),
    "9 + 089, a trap": Understood("9 089 1234567", "+49891234567", "outgoing", NINE),
    "9 + 089, not delivered": Understood("089 1234567", "+49891234567", site=NINE),
    "0 + plus": Understood("0+49891234567", "+49891234567"),
    "0 + plus, dialled": Understood("0+49891234567", "+49891234567", "outgoing"),
    "0 + plus, typed": Understood("0+49891234567", "+49891234567", "typed"),
    "vanity": Understood("0800 CALLNOW", "+498002255669"),
    "vanity 0180": Understood("0180 FLOWERS", "+491803569377"),
    "leading zero of Italy": Understood("+39 06 12345678", "+390612345678"),
    "tel URI with extension": Understood("tel:+49-89-1234567;ext=12", "+49891234567"),
    "x12": Understood("+49 89 1234567 x12", "+49891234567"),
    "ext. 12": Understood("+49 89 1234567 ext. 12", "+49891234567"),
    "pauses": Understood("+49 89 1234567,,12", "+49891234567"),
    "DW 12": Understood("+49 89 1234567 DW 12", "+49891234567"),
    "Durchwahl 12": Understood("+49 89 1234567 Durchwahl 12", "+49891234567"),
    "App. 12": Understood("+49 89 1234567 App. 12", "+49891234567"),
    "Nst. 12": Understood("+49 89 1234567 Nst. 12", "+49891234567"),
    "-Kl. 12": Understood("+43 1 5123456-Kl. 12", "+4315123456"),
    "DW 12 of a local number": Understood("1234567 DW 12", "+49891234567"),
    "Arabic digits": Understood("٠٨٩ ١٢٣٤٥٦٧", "+49891234567"),
    "full-width digits": Understood("０８９１２３４５６７", "+49891234567"),  # noqa: RUF001 -- they are the point
    "letters behind a number are no vanity number": Understood("089 7654321 (privat)", "+49897654321", "stored"),
    "two numbers in one field are none": Understood("089 7654321 / 0171 3920014", None, "stored"),
    "device identifier": Understood("N<0891234567>Muster GmbH;noa=nk", "+49891234567"),
    "SIP URI": Understood("sip:+49891234567@gateway.example;user=phone", "+49891234567"),
    "SIP address without its scheme": Understood("0891234567@gateway.example", "+49891234567"),
    "tel URI with context": Understood("tel:1234567;phone-context=+4930", "+49301234567"),
}
"""§3a: what number libraries make of these is not always right."""

NO_NUMBER = {
    "anonymous": Presentation.RESTRICTED,
    "Unknown": Presentation.NOT_KNOWN,
    "": Presentation.NOT_KNOWN,
    "notKnown": Presentation.NOT_KNOWN,
    "notRequired": Presentation.NOT_KNOWN,
    "N<restricted>": Presentation.RESTRICTED,
}

RULES = Location(
    area_code="089",
    main_numbers=("+49 89 1234",),
    internal_ranges=((70, 79), (115, 115)),
    rules=(
        NumberRule(pattern=r"L\d#(0\d+)", replace=r"\1", roles=("incoming",)),
        NumberRule(pattern=r"8(\d{5})", replace=r"\1", roles=("connected", "redirecting"), internal=True),
        NumberRule(pattern=r"99(\d+)", replace=r"0\1", roles=("outgoing",)),
        NumberRule(pattern=r"99\d+", replace="0800 1111111"),
    ),
)

STEPS: dict[str, tuple[Understood, tuple[str, ...]]] = {
    "1 unwrapped": (Understood("N<2001>Anna;noa=nk", "+498912342001"), ("identifier", "internal")),
    "1 stops": (Understood("anonymous", None), ("withheld",)),
    "2 rule of the role": (Understood("L0#0301234567", "+49301234567", site=RULES), ("identifier", "rule", "plan")),
    "2 sets internal": (Understood("812345", "+4989123412345", "connected", RULES), ("identifier", "rule")),
    "2 not for other roles": (Understood("812345", "+4989812345", "incoming", RULES), ("identifier", "area", "plan")),
    "2 the first that fits": (
        Understood("99301234567", "+4989301234567", "outgoing", RULES),
        ("identifier", "rule", "outside", "area", "plan"),
    ),
    "3 length": (Understood("1120", "+498912341120"), ("identifier", "internal")),
    "3 range": (Understood("75", "+4989123475", site=RULES), ("identifier", "internal")),
    "3 range over short number": (Understood("115", "+49891234115", site=RULES), ("identifier", "internal")),
    "3 not an emergency number": (
        Understood("112", None, site=Location(internal_length=3)),
        ("identifier", "emergency"),
    ),
    "3 not a short number": (Understood("115", None, site=Location(internal_length=3)), ("identifier", "service")),
    "4 outside prefix": (Understood("0 030 1234567", "+49301234567", "outgoing"), ("identifier", "outside", "plan")),
    "4 not of this role": (Understood("030 1234567", "+49301234567"), ("identifier", "plan")),
    "5 plus": (Understood("4930123456", "+4930123456", site=PLUS_MISSING), ("identifier", "plus", "plan")),
    "6 area code": (Understood("7654321", "+49897654321"), ("identifier", "area", "plan")),
    "7 number plan": (Understood("+44 161 5527789", "+441615527789"), ("identifier", "plan")),
    "7 invalid but possible": (Understood("12", "+498912"), ("identifier", "area", "plan")),
    "8 own block": (Understood("089 1234 2001", "+498912342001"), ("identifier", "plan", "own")),
    "8 own block over the outside line": (
        Understood("0 089 1234 2001", "+498912342001", "outgoing"),
        ("identifier", "outside", "plan", "own"),
    ),
    "guess, off": (Understood("00891234567", None), ("identifier", "refused")),
    "guess, one reading": (Understood("00891234567", "+49891234567", site=GUESSING), ("identifier", "guess")),
    "guess, 0 + 0171": (Understood("001711234567", "+491711234567", site=GUESSING), ("identifier", "guess")),
    "guess, two readings": (Understood("491711234567", "+4989491711234567", site=GUESSING), ("identifier", "guess")),
    "guess, none": (Understood("12", "+498912", site=GUESSING), ("identifier", "area", "plan")),
}
"""§3b: the order in which a number is understood; which steps there were."""
