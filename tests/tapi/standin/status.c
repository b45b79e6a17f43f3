/* What a call is, whose it is, and giving it back. */
#include "standin.h"

#define PARTY(info, field, number, title)                                                                     \
    do {                                                                                                      \
        (info)->field##Flags = length(number) ? (DWORD)LINECALLPARTYID_ADDRESS : (DWORD)LINECALLPARTYID_UNAVAIL; \
        put_text(&out, &(info)->field##Size, &(info)->field##Offset, number);                                 \
        if (length(title)) (info)->field##Flags |= LINECALLPARTYID_NAME;                                      \
        put_text(&out, &(info)->field##NameSize, &(info)->field##NameOffset, title);                          \
    } while (0)

static DWORD info_size(DWORD version) {
    return version < 0x00030000 ? offsetof(LINECALLINFO, dwCallerIDAddressType) : sizeof(LINECALLINFO);
}

LONG WINAPI lineGetCallInfoW(HCALL hCall, LPLINECALLINFO to) {
    record out = {0};
    LINECALLINFO info = {0};
    enter();
    handle *of = call_handle(hCall);
    LONG answer = of ? planned("lineGetCallInfoW") : (LONG)LINEERR_INVALCALLHANDLE;
    if (!answer) answer = begin_record(&out, to, info_size(of->version));
    if (answer) { leave(); return answer; }
    const leg *on = &legs[of->leg];
    info.hLine = of->line;
    info.dwLineDeviceID = (DWORD)on->device;
    info.dwBearerMode = LINEBEARERMODE_VOICE;
    info.dwMediaMode = LINEMEDIAMODE_INTERACTIVEVOICE;
    info.dwCallID = on->id;
    info.dwRelatedCallID = on->related;
    info.dwOrigin = on->origin;
    info.dwReason = on->reason;
    static const WCHAR none[] = {0};
    WCHAR own[CHARACTERS];
    number_of(on->device, own);
    PARTY(&info, dwCallerID, on->origin & LINECALLORIGIN_OUTBOUND ? own : on->caller, on->name);
    PARTY(&info, dwCalledID, on->called, none);
    PARTY(&info, dwConnectedID, on->connected, none);
    PARTY(&info, dwRedirectionID, on->redirection, none);
    PARTY(&info, dwRedirectingID, on->redirecting, none);
    end_record(&out, &info, info_size(of->version));
    leave();
    return 0;
}

LONG WINAPI lineGetCallStatus(HCALL hCall, LPLINECALLSTATUS to) {
    record out = {0};
    LINECALLSTATUS status = {0};
    enter();
    handle *of = call_handle(hCall);
    LONG answer = of ? planned("lineGetCallStatus") : (LONG)LINEERR_INVALCALLHANDLE;
    if (!answer) answer = begin_record(&out, to, sizeof status);
    if (answer) { leave(); return answer; }
    status.dwCallState = legs[of->leg].state;
    status.dwCallStateMode = legs[of->leg].mode;
    status.dwCallPrivilege = of->privilege;
    status.dwCallFeatures = features(&legs[of->leg]);
    end_record(&out, &status, sizeof status);
    leave();
    return 0;
}

LONG WINAPI lineGetConfRelatedCalls(HCALL hCall, LPLINECALLLIST to) {
    record out = {0};
    LINECALLLIST list = {0};
    DWORD found[64], count = 0;
    enter();
    handle *of = call_handle(hCall);
    LONG answer = of ? 0 : (LONG)LINEERR_INVALCALLHANDLE;
    if (!answer) answer = begin_record(&out, to, sizeof list);
    if (answer) { leave(); return answer; }
    int conference = legs[of->leg].conference >= 0 ? legs[of->leg].conference : of->leg;
    for (int i = 0; i < MOST_LEGS && count < 64; i++)
        if (legs[i].used && (i == conference || legs[i].conference == conference) && handle_of(i, of->app))
            found[count++] = handle_of(i, of->app);
    list.dwCallsNumEntries = count;
    put_octets(&out, &list.dwCallsSize, &list.dwCallsOffset, found, count * (DWORD)sizeof *found);
    end_record(&out, &list, sizeof list);
    leave();
    return 0;
}

static int owners(int which) {
    int count = 0;
    for (DWORD at = 0; at < handle_count; at++)
        count += handles[at].live && handles[at].kind == A_CALL && handles[at].leg == which
              && handles[at].privilege == LINECALLPRIVILEGE_OWNER;
    return count;
}

LONG WINAPI lineSetCallPrivilege(HCALL hCall, DWORD privilege) {
    enter();
    handle *of = call_handle(hCall);
    LONG answer = of ? planned("lineSetCallPrivilege") : (LONG)LINEERR_INVALCALLHANDLE;
    if (!answer && privilege != LINECALLPRIVILEGE_MONITOR && privilege != LINECALLPRIVILEGE_OWNER)
        answer = (LONG)LINEERR_INVALCALLPRIVILEGE;
    if (!answer && privilege == LINECALLPRIVILEGE_MONITOR && of->privilege == LINECALLPRIVILEGE_OWNER
        && owners(of->leg) == 1 && legs[of->leg].state != LINECALLSTATE_IDLE)
        answer = (LONG)LINEERR_INVALCALLSTATE;
    if (!answer) of->privilege = privilege;
    leave();
    return answer;
}

/* The replies to requests on a call whose handle was given back may never come. */
static void forget_replies(app *of, DWORD call) {
    for (item **each = &of->withheld; *each;) {
        item *this = *each;
        if (this->call == call) { *each = this->next; free(this); }
        else each = &this->next;
    }
}

LONG WINAPI lineDeallocateCall(HCALL hCall) {
    enter();
    handle *of = call_handle(hCall);
    LONG answer = of ? planned("lineDeallocateCall") : (LONG)LINEERR_INVALCALLHANDLE;
    if (!answer && of->privilege == LINECALLPRIVILEGE_OWNER && owners(of->leg) == 1
        && legs[of->leg].state != LINECALLSTATE_IDLE)
        answer = (LONG)LINEERR_INVALCALLSTATE;
    if (!answer) {
        of->live = 0;
        forget_replies(&apps[of->app], hCall);
        tidy(of->leg);
    }
    leave();
    return answer;
}
