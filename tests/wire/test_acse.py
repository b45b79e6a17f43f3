from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from csta import asn1
from csta.apdu import Associate, AssociateResponse
from csta.asn1.acse import (
    Identity,
    UserInformation,
    encode_identity,
    encode_login,
    encode_user_information,
    identity_of,
    login_of,
    user_information_of,
)
from csta.dialect import Login
from csta.errors import DecodeError, LocalProtocolError

CONTEXT = "1.3.12.0.218"
HIPATH_AARQ = (
    "6031a10706052b0c00815a8a020680ac15a213a011a00f0406414d484f535404053737373737be0b2809a007a005030300" + "1000"
)
"""As a HiPath 3000 takes it: log-in by name and password, version four."""
HIPATH_AARE = (
    "6149a10706052b0c00815aa203020100a305a10302010088020680aa21a21fa01da11b"
    "0410000102030405060708090a0b0c0d0e0f040748453330305631be0b2809a007a0050303001000"
)
PANASONIC_AARQ = "602380020780a10706052b0c00815abe14281206072b0c00821d8148a007a0050303000800"
PANASONIC_AARE = "612f80020780a10706052b0c00815aa203020100a305a103020101be14281206072b0c00821d8148a007a0050303000800"
PHASE_II_AARQ = (
    "604480020780a10706052b0c008134be35283306072b0c00815a8148a0283026030203c0"
    "3016800403e7b6488106025ffd03fea0830206c0840203f03008820203d8830206c0"
)


def associate(octets: str) -> Associate:
    apdu = asn1.decode(bytes.fromhex(octets))
    assert isinstance(apdu, Associate)
    return apdu


def response(octets: str) -> AssociateResponse:
    apdu = asn1.decode(bytes.fromhex(octets))
    assert isinstance(apdu, AssociateResponse)
    return apdu


@pytest.mark.parametrize("octets", [HIPATH_AARQ, HIPATH_AARE, PANASONIC_AARQ, PANASONIC_AARE, PHASE_II_AARQ])
def test_associations_of_real_links_come_out_as_they_went_in(octets: str) -> None:
    assert asn1.encode(asn1.decode(bytes.fromhex(octets))).hex() == octets


def test_the_log_in_of_a_hipath_3000() -> None:
    login, information = Login("AMHOST", "77777"), UserInformation(frozenset({4}))
    built = Associate(CONTEXT, b"", encode_login(login), encode_user_information(information))
    assert asn1.encode(built).hex() == HIPATH_AARQ
    assert login_of(associate(HIPATH_AARQ)) == login
    assert user_information_of(associate(HIPATH_AARQ)) == information


def test_the_answer_of_a_hipath_3000_tells_its_identity() -> None:
    identity = Identity(bytes(range(16)), "HE300V1")
    answer = response(HIPATH_AARE)
    assert answer.result == 0
    assert identity_of(answer) == identity
    assert answer.authentication == encode_identity(identity)
    assert login_of(Associate(CONTEXT, b"", answer.authentication)) is None


def test_the_association_of_a_panasonic_kx() -> None:
    information = UserInformation(frozenset({5}), "1.3.12.0.285.200")
    built = Associate(CONTEXT, user_information=encode_user_information(information))
    assert asn1.encode(built).hex() == PANASONIC_AARQ
    assert user_information_of(response(PANASONIC_AARE)) == information
    assert login_of(associate(PANASONIC_AARQ)) is None
    assert identity_of(response(PANASONIC_AARE)) is None


def test_versions_in_the_old_definition() -> None:
    assert user_information_of(associate(PHASE_II_AARQ)) == UserInformation(frozenset({1, 2}), "1.3.12.0.218.200")


def test_an_association_that_says_nothing_of_versions() -> None:
    assert user_information_of(Associate(CONTEXT)) is None
    assert user_information_of(Associate(CONTEXT, user_information=bytes.fromhex("0500"))) is None
    assert user_information_of(Associate(CONTEXT, user_information=bytes.fromhex("2802a000"))) is None


def test_a_password_is_not_shown() -> None:
    assert "77777" not in repr(Login("AMHOST", "77777"))


@pytest.mark.parametrize("versions", [{0}, {17}])
def test_a_version_that_there_is_no_bit_for(versions: set[int]) -> None:
    with pytest.raises(LocalProtocolError, match="1 to 16"):
        encode_user_information(UserInformation(frozenset(versions)))


def test_a_reference_that_is_no_object_identifier() -> None:
    with pytest.raises(LocalProtocolError, match="no object identifier"):
        encode_user_information(UserInformation(frozenset({4}), "x.y"))


DAMAGED = [
    ("ac15", "longer than its surroundings"),
    ("ac09a207a005a003040141", "cut off"),
    ("ac0ba209a007a0050401410500", "not two octet strings"),
    ("ac0ba209a007a005040141", "longer than its surroundings"),
]


@pytest.mark.parametrize(("elements", "reason"), DAMAGED)
def test_a_damaged_log_in(elements: str, reason: str) -> None:
    with pytest.raises(DecodeError, match=reason):
        login_of(Associate(CONTEXT, authentication=bytes.fromhex(elements)))


def test_a_log_in_with_indefinite_lengths() -> None:
    elements = bytes.fromhex("8a020680ac80a280a080a0800401410401420000000000000000")
    assert login_of(Associate(CONTEXT, authentication=elements)) == Login("A", "B")


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_log_in_is_read_as_it_was_written(name: str, password: str) -> None:
    login = Login(name, password)
    asked = asn1.encode(Associate(CONTEXT, authentication=encode_login(login)))
    assert login_of(associate(asked.hex())) == login


@given(st.frozensets(st.integers(1, 16)), st.sampled_from(["", CONTEXT, "1.3.12.0.285.200"]))
def test_any_versions_are_read_as_they_were_written(versions: frozenset[int], reference: str) -> None:
    information = UserInformation(versions, reference)
    octets = encode_user_information(information)
    assert user_information_of(Associate(CONTEXT, user_information=octets)) == information


@given(st.binary(max_size=60))
def test_any_octets_are_read_or_refused(octets: bytes) -> None:
    asked = Associate(CONTEXT, authentication=octets, user_information=octets)
    for read in (login_of, user_information_of):
        try:
            read(asked)
        except DecodeError:
            continue
