/* Functions on lines: what they are, opening and closing, forwarding. */
#include "standin.h"

static const WCHAR PROVIDER[] = {'S', 't', 'a', 'n', 'd', '-', 'i', 'n', 0};
static const WCHAR DRIVER[] = {'s', 't', 'a', 'n', 'd', 'i', 'n', '.', 't', 's', 'p', 0};

static LONG known(HLINEAPP hLineApp, DWORD device) {
    if (!app_of(hLineApp)) return (LONG)LINEERR_INVALAPPHANDLE;
    if (device >= (DWORD)line_count) return (LONG)LINEERR_BADDEVICEID;
    if (!lines[device].known || lines[device].lies & LIE_HOLE) return (LONG)LINEERR_NODEVICE;
    return 0;
}

static DWORD newest(DWORD device) { return lines[device].lies & LIE_OLD ? 0x00020001 : 0x00030001; }

/* An application may only use the version that was agreed on for this line, and that is not newer than the driver's. */
static LONG spoken(HLINEAPP hLineApp, DWORD device, DWORD version) {
    LONG answer = known(hLineApp, device);
    if (!answer && (version < 0x00020000 || version > newest(device))) answer = (LONG)LINEERR_INCOMPATIBLEAPIVERSION;
    return answer;
}

LONG WINAPI lineNegotiateAPIVersion(HLINEAPP hLineApp, DWORD dwDeviceID, DWORD low, DWORD high, LPDWORD version,
                                    LPLINEEXTENSIONID extension) {
    enter();
    LONG answer = planned("lineNegotiateAPIVersion");
    if (!answer) answer = known(hLineApp, dwDeviceID);
    if (!answer && (!version || !extension)) answer = (LONG)LINEERR_INVALPOINTER;
    if (!answer && (low > high || low > newest(dwDeviceID))) answer = (LONG)LINEERR_INCOMPATIBLEAPIVERSION;
    if (!answer) {
        memset(extension, 0, sizeof *extension);
        *version = high < newest(dwDeviceID) ? high : newest(dwDeviceID);
        if (lines[dwDeviceID].lies & LIE_VERSION) *version = 0x00010004;
    }
    leave();
    return answer;
}

/* The fixed part of a structure, by API version. */
static DWORD caps_size(DWORD version) {
    if (version < 0x00020002) return offsetof(LINEDEVCAPS, PermanentLineGuid);
    if (version < 0x00030000) return offsetof(LINEDEVCAPS, dwAddressTypes);
    return sizeof(LINEDEVCAPS);
}

static DWORD forward_size(DWORD version) {
    return version < 0x00030001 ? offsetof(LINEFORWARD, dwCallerAddressType) : sizeof(LINEFORWARD);
}

static void line_name(int device, WCHAR *to) {
    static const WCHAR prefix[] = {'B', 0xfc, 'r', 'o', ' ', 0};
    copy(to, prefix);
    number_of(device, to + 5);
}

/* What a careless driver makes of the name of a line. */
static void spoil_name(LINEDEVCAPS *caps, DWORD lies) {
    if (lies & LIE_ODD_NAME) caps->dwLineNameSize -= 1;
    if (lies & LIE_EMPTY_NAME) caps->dwLineNameSize = 0;
    if (lies & LIE_WILD_OFFSET) caps->dwLineNameOffset = 0x7ffffff0;
    if (lies & LIE_MANY) caps->dwNumAddresses = 0xffffffff;
}

static DWORD growth(int device) {
    line *of = &lines[device];
    if (of->lies & LIE_GROWS_ON || (of->lies & LIE_GROWS && of->growth < 4)) of->growth++;
    return (of->growth < 20 ? of->growth : 20) * 3000;
}

LONG WINAPI lineGetDevCapsW(HLINEAPP hLineApp, DWORD dwDeviceID, DWORD version, DWORD extension, LPLINEDEVCAPS to) {
    record out = {0};
    LINEDEVCAPS caps = {0};
    WCHAR name[CHARACTERS];
    (void)extension;
    enter();
    LONG answer = planned("lineGetDevCapsW");
    if (!answer) answer = spoken(hLineApp, dwDeviceID, version);
    if (!answer) answer = begin_record(&out, to, caps_size(version));
    if (answer) { leave(); return answer; }
    int device = (int)dwDeviceID;
    DWORD more = growth(device);
    line_name(device, name);
    caps.dwPermanentLineID = 1000 + dwDeviceID;
    caps.dwStringFormat = STRINGFORMAT_UNICODE;
    caps.dwNumAddresses = 1;
    caps.dwMediaModes = LINEMEDIAMODE_INTERACTIVEVOICE;
    caps.dwMaxNumActiveCalls = 2;
    caps.dwLineFeatures = LINEFEATURE_MAKECALL | LINEFEATURE_FORWARD;
    if (version >= 0x00020002) memcpy(&caps.PermanentLineGuid, "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e", 14);
    if (version >= 0x00020002) memcpy((BYTE *)&caps.PermanentLineGuid + 14, &(WORD){(WORD)dwDeviceID}, 2);
    put_text(&out, &caps.dwProviderInfoSize, &caps.dwProviderInfoOffset, PROVIDER);
    put_text(&out, &caps.dwLineNameSize, &caps.dwLineNameOffset, name);
    if (more) {
        static const BYTE filler[1 << 16];
        put_octets(&out, &caps.dwDevSpecificSize, &caps.dwDevSpecificOffset, filler, more);
        if (lines[device].growth < 4 || lines[device].lies & LIE_GROWS_ON) out.needed = out.total + 3000;
    }
    spoil_name(&caps, lines[device].lies);
    end_record(&out, &caps, caps_size(version));
    leave();
    return 0;
}

LONG WINAPI lineGetAddressCapsW(HLINEAPP hLineApp, DWORD dwDeviceID, DWORD dwAddressID, DWORD version, DWORD extension,
                                LPLINEADDRESSCAPS to) {
    record out = {0};
    LINEADDRESSCAPS caps = {0};
    WCHAR number[CHARACTERS];
    (void)version, (void)extension;
    enter();
    LONG answer = planned("lineGetAddressCapsW");
    if (!answer) answer = spoken(hLineApp, dwDeviceID, version);
    if (!answer && dwAddressID) answer = (LONG)LINEERR_INVALADDRESSID;
    if (!answer) answer = begin_record(&out, to, sizeof caps);
    if (answer) { leave(); return answer; }
    number_of((int)dwDeviceID, number);
    caps.dwLineDeviceID = dwDeviceID;
    caps.dwAddressFeatures = LINEADDRFEATURE_MAKECALL | LINEADDRFEATURE_FORWARD | LINEADDRFEATURE_FORWARDDND
        | LINEADDRFEATURE_PICKUP | LINEADDRFEATURE_UNPARK;
    static const DWORD states[] = {LINECALLSTATE_OFFERING, LINECALLSTATE_DIALTONE, LINECALLSTATE_CONNECTED,
                                   LINECALLSTATE_ONHOLD, LINECALLSTATE_ONHOLDPENDTRANSFER, LINECALLSTATE_ONHOLDPENDCONF,
                                   LINECALLSTATE_CONFERENCED};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++) caps.dwCallFeatures |= features(&(leg){.state = states[i]});
    caps.dwTransferModes = LINETRANSFERMODE_TRANSFER | LINETRANSFERMODE_CONFERENCE;
    caps.dwParkModes = LINEPARKMODE_DIRECTED | LINEPARKMODE_NONDIRECTED;
    caps.dwForwardModes = LINEFORWARDMODE_UNCOND | LINEFORWARDMODE_BUSY | LINEFORWARDMODE_NOANSW;
    put_text(&out, &caps.dwAddressSize, &caps.dwAddressOffset, number);
    end_record(&out, &caps, sizeof caps);
    leave();
    return 0;
}

LONG WINAPI lineGetProviderListW(DWORD version, LPLINEPROVIDERLIST to) {
    record out = {0};
    LINEPROVIDERLIST list = {0};
    BYTE packed[sizeof(LINEPROVIDERENTRY)];
    LINEPROVIDERENTRY entry = {0};
    (void)version;
    LONG answer = begin_record(&out, to, sizeof list);
    if (answer) return answer;
    entry.dwPermanentProviderID = 7;
    put_text(&out, &entry.dwProviderFilenameSize, &entry.dwProviderFilenameOffset, DRIVER);
    memcpy(packed, &entry, sizeof packed);
    list.dwNumProviders = 1;
    put_octets(&out, &list.dwProviderListSize, &list.dwProviderListOffset, packed, sizeof packed);
    end_record(&out, &list, sizeof list);
    return 0;
}

LONG WINAPI lineOpenW(HLINEAPP hLineApp, DWORD dwDeviceID, LPHLINE lphLine, DWORD version, DWORD extension,
                      DWORD_PTR instance, DWORD privileges, DWORD media, LPLINECALLPARAMS parameters) {
    (void)extension, (void)parameters;
    enter();
    LONG answer = planned("lineOpenW");
    if (!answer) answer = spoken(hLineApp, dwDeviceID, version);
    if (!answer && !lphLine) answer = (LONG)LINEERR_INVALPOINTER;
    if (!answer && (!privileges || privileges & ~(DWORD)(LINECALLPRIVILEGE_NONE | LINECALLPRIVILEGE_MONITOR | LINECALLPRIVILEGE_OWNER)))
        answer = (LONG)LINEERR_INVALPRIVSELECT;
    if (!answer && privileges & LINECALLPRIVILEGE_OWNER && media != LINEMEDIAMODE_INTERACTIVEVOICE)
        answer = (LONG)LINEERR_INVALMEDIAMODE;
    if (answer) { leave(); return answer; }
    while (lines[dwDeviceID].lies & LIE_HANGS) wait_for_news(20);
    app *of = app_of(hLineApp);
    if (!of) { leave(); return (LONG)LINEERR_INVALAPPHANDLE; }
    if (lines[dwDeviceID].lies & LIE_ZERO_LINE) {
        *lphLine = 0;
    } else {
        handle made = {0};
        made.kind = A_LINE;
        made.app = app_index(of);
        made.device = (int)dwDeviceID;
        made.version = version;
        made.privileges = privileges;
        made.instance = instance;
        *lphLine = new_handle(made);
    }
    leave();
    return 0;
}

LONG WINAPI lineClose(HLINE hLine) {
    enter();
    handle *of = line_handle(hLine);
    if (of) {
        of->live = 0;
        for (DWORD at = 0; at < handle_count; at++)
            if (handles[at].live && handles[at].kind == A_CALL && handles[at].line == hLine) {
                handles[at].live = 0;
                tidy(handles[at].leg);
            }
    }
    leave();
    return of ? 0 : (LONG)LINEERR_INVALLINEHANDLE;
}

LONG WINAPI lineSetStatusMessages(HLINE hLine, DWORD line_states, DWORD address_states) {
    enter();
    handle *of = line_handle(hLine);
    LONG answer = of ? planned("lineSetStatusMessages") : (LONG)LINEERR_INVALLINEHANDLE;
    if (!answer && line_states & ~0x01ffffffu) answer = (LONG)LINEERR_INVALLINESTATE;
    if (!answer && address_states & ~0x1ffu) answer = (LONG)LINEERR_INVALADDRESSSTATE;
    if (!answer) {
        of->line_states = line_states;
        of->address_states = address_states;
    }
    leave();
    return answer;
}

static void count_calls(int device, LINEADDRESSSTATUS *status) {
    for (int i = 0; i < MOST_LEGS; i++) {
        if (!legs[i].used || legs[i].device != device || legs[i].state == LINECALLSTATE_IDLE) continue;
        if (legs[i].state == LINECALLSTATE_ONHOLD) status->dwNumOnHoldCalls++;
        else if (legs[i].state & (LINECALLSTATE_ONHOLDPENDTRANSFER | LINECALLSTATE_ONHOLDPENDCONF)) status->dwNumOnHoldPendCalls++;
        else status->dwNumActiveCalls++;
    }
}

static void put_forwards(record *out, LINEADDRESSSTATUS *status, const line *of, DWORD size) {
    BYTE list[MOST_FORWARDS * sizeof(LINEFORWARD)];
    for (DWORD i = 0; i < of->forwards; i++) {
        LINEFORWARD entry = {0};
        DWORD at, count;
        entry.dwForwardMode = of->forward_mode[i];
        put_text(out, &count, &at, of->forward[i]);
        entry.dwDestAddressSize = count;
        entry.dwDestAddressOffset = at;
        memcpy(list + i * size, &entry, size);
    }
    status->dwForwardNumEntries = of->forwards;
    put_octets(out, &status->dwForwardSize, &status->dwForwardOffset, list, of->forwards * size);
}

LONG WINAPI lineGetAddressStatusW(HLINE hLine, DWORD dwAddressID, LPLINEADDRESSSTATUS to) {
    record out = {0};
    LINEADDRESSSTATUS status = {0};
    enter();
    handle *of = line_handle(hLine);
    LONG answer = of ? 0 : (LONG)LINEERR_INVALLINEHANDLE;
    if (!answer && dwAddressID) answer = (LONG)LINEERR_INVALADDRESSID;
    if (!answer) answer = begin_record(&out, to, sizeof status);
    if (answer) { leave(); return answer; }
    status.dwNumInUse = 1;
    status.dwAddressFeatures = LINEADDRFEATURE_MAKECALL | LINEADDRFEATURE_FORWARD | LINEADDRFEATURE_FORWARDDND;
    count_calls(of->device, &status);
    put_forwards(&out, &status, &lines[of->device], forward_size(of->version));
    end_record(&out, &status, sizeof status);
    leave();
    return 0;
}

LONG WINAPI lineGetNewCalls(HLINE hLine, DWORD dwAddressID, DWORD select, LPLINECALLLIST to) {
    record out = {0};
    LINECALLLIST list = {0};
    DWORD found[256], count = 0;
    (void)dwAddressID;
    enter();
    handle *of = line_handle(hLine);
    LONG answer = of ? planned("lineGetNewCalls") : (LONG)LINEERR_INVALLINEHANDLE;
    if (!answer && select != LINECALLSELECT_LINE && select != LINECALLSELECT_ADDRESS) answer = (LONG)LINEERR_INVALCALLSELECT;
    if (!answer) answer = begin_record(&out, to, sizeof list);
    if (answer) { leave(); return answer; }
    handle at = *of;
    for (int i = 0; i < MOST_LEGS && count < 256; i++) {
        if (!legs[i].used || legs[i].device != at.device || legs[i].state == LINECALLSTATE_IDLE || handle_of(i, at.app)) continue;
        found[count++] = handle_for(i, line_handle(hLine), LINECALLPRIVILEGE_MONITOR);
    }
    list.dwCallsNumEntries = count;
    put_octets(&out, &list.dwCallsSize, &list.dwCallsOffset, found, count * (DWORD)sizeof *found);
    end_record(&out, &list, sizeof list);
    leave();
    return 0;
}

static LONG read_forwards(const LINEFORWARDLIST *list, DWORD version, line *to) {
    const BYTE *base = (const BYTE *)list;
    DWORD count = list ? list->dwNumEntries : 0, first = offsetof(LINEFORWARDLIST, ForwardList), size = forward_size(version);
    if (count > MOST_FORWARDS) return (LONG)LINEERR_INVALPARAM;
    if (count && list->dwTotalSize < first + size * count) return (LONG)LINEERR_STRUCTURETOOSMALL;
    for (DWORD i = 0; i < count; i++) {
        LINEFORWARD entry = {0};
        memcpy(&entry, base + first + i * size, size);
        if (entry.dwDestAddressOffset + entry.dwDestAddressSize > list->dwTotalSize || entry.dwDestAddressSize >= sizeof *to->forward)
            return (LONG)LINEERR_INVALPARAM;
        memset(to->forward[i], 0, sizeof *to->forward);
        memcpy(to->forward[i], base + entry.dwDestAddressOffset, entry.dwDestAddressSize);
        to->forward_mode[i] = entry.dwForwardMode;
    }
    to->forwards = count;
    return 0;
}

LONG WINAPI lineForwardW(HLINE hLine, DWORD all, DWORD dwAddressID, LPLINEFORWARDLIST const list, DWORD rings,
                         LPHCALL lphConsultCall, LPLINECALLPARAMS const parameters) {
    (void)all, (void)dwAddressID, (void)rings, (void)parameters;
    enter();
    handle *of = line_handle(hLine);
    LONG answer = of ? planned("lineForwardW") : (LONG)LINEERR_INVALLINEHANDLE;
    if (!answer && !lphConsultCall) answer = (LONG)LINEERR_INVALPOINTER;
    if (!answer) answer = read_forwards(list, of->version, &lines[of->device]);
    if (!answer) {
        int device = of->device;
        app *to = &apps[of->app];
        item *mark = to->last, written = {.where = {lphConsultCall}};
        to_line(device, LINE_ADDRESSSTATE, LINEADDRESSSTATE_FORWARD, 0, LINEADDRESSSTATE_FORWARD);
        answer = (LONG)reply(to, mark, 0, 0, written);
    }
    leave();
    return answer;
}
