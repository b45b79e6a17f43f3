/* Functions that move calls about: transfer, conference, redirection, pick-up, parking. */
#include "standin.h"

#define BOUND(state) ((state) & (LINECALLSTATE_CONNECTED | LINECALLSTATE_RINGBACK | LINECALLSTATE_PROCEEDING | LINECALLSTATE_BUSY))

/* The consultation call of a transfer or conference. */
static DWORD consult(const request *of, int *which) {
    handle at = *of->of;
    *which = new_leg(of->on->device, 0, LINECALLORIGIN_OUTBOUND, LINECALLREASON_DIRECT);
    legs[*which].related = of->on->id;
    DWORD made = own_call(*which, line_handle(at.line));
    set_state(*which, LINECALLSTATE_DIALTONE, 0);
    return made;
}

LONG WINAPI lineSetupTransferW(HCALL hCall, LPHCALL lphConsultCall, LPLINECALLPARAMS const parameters) {
    WCHAR target[CHARACTERS];
    DWORD value = 0;
    int which = 0;
    request made = begin("lineSetupTransferW", hCall, LINECALLSTATE_CONNECTED);
    int device = made.error ? -1 : made.on->device;
    if (!made.error && !lphConsultCall) made.error = (LONG)LINEERR_INVALPOINTER;
    if (!made.error) made.error = call_parameters(parameters, target);
    if (!made.error && length(target) && !(parameters->dwCallParamFlags & LINECALLPARAMFLAGS_ONESTEPTRANSFER))
        made.error = (LONG)LINEERR_INVALCALLPARAMS;
    if (!made.error) {
        hold(made.which, LINECALLSTATE_ONHOLDPENDTRANSFER);
        value = consult(&made, &which);
        if (length(target)) dial(which, target);
    }
    return end(&made, hCall, handle_at(lphConsultCall, value, device));
}

static DWORD conference_of(const request *of, int *which) {
    handle at = *of->of;
    *which = new_leg(of->on->device, 0, LINECALLORIGIN_CONFERENCE, LINECALLREASON_DIRECT);
    return own_call(*which, line_handle(at.line));
}

static void member(int which, int conference) {
    legs[which].conference = conference;
    set_state(which, LINECALLSTATE_CONFERENCED, 0);
}

/* A conference at a telephone that did not ask for it, with a call to its other party. */
static void also(int which, int other) {
    int conference = new_leg(legs[which].device, 0, LINECALLORIGIN_CONFERENCE, LINECALLREASON_DIRECT);
    announce(conference, NULL);
    set_state(conference, LINECALLSTATE_CONNECTED, LINECONNECTEDMODE_ACTIVE);
    announce(other, NULL);
    member(which, conference);
    member(other, conference);
}

/* The far ends of a conference have one another, too. */
static void introduce(int one, int two) {
    if (one < 0 || two < 0 || legs[one].device < 0 || legs[two].device < 0) return;
    int first = new_leg(legs[one].device, 0, LINECALLORIGIN_INTERNAL, LINECALLREASON_DIRECT);
    int second = new_leg(legs[two].device, legs[first].id, LINECALLORIGIN_INTERNAL, LINECALLREASON_DIRECT);
    number_of(legs[two].device, legs[first].caller);
    number_of(legs[one].device, legs[first].called);
    number_of(legs[one].device, legs[second].caller);
    number_of(legs[two].device, legs[second].called);
    legs[first].peer = second;
    legs[second].peer = first;
    also(one, first);
    also(two, second);
}

static void transfer(int held, int other) {
    int ends[2] = {legs[held].peer, legs[other].peer};
    DWORD id = renumber(), what = LINECALLINFOSTATE_REASON | LINECALLINFOSTATE_CALLID | LINECALLINFOSTATE_CALLERID;
    legs[held].peer = legs[other].peer = -1;
    finish(held, 0);
    finish(other, 0);
    if (ends[0] < 0 || ends[1] < 0) return;
    join(ends[0], ends[1]);
    for (int i = 0; i < 2; i++) {
        leg *of = &legs[ends[i]];
        of->id = id;
        of->reason = LINECALLREASON_TRANSFER;
        if (i) copy(of->caller, of->connected);
        set_info(ends[i], what);
        if (of->mode == LINECONNECTEDMODE_ACTIVEHELD) set_state(ends[i], LINECALLSTATE_CONNECTED, LINECONNECTEDMODE_ACTIVE);
    }
}

LONG WINAPI lineCompleteTransfer(HCALL hCall, HCALL hConsultCall, LPHCALL lphConfCall, DWORD mode) {
    DWORD value = 0;
    int which = 0;
    request made = begin("lineCompleteTransfer", hCall, LINECALLSTATE_ONHOLD | LINECALLSTATE_ONHOLDPENDTRANSFER);
    handle *other = made.error ? NULL : call_handle(hConsultCall);
    if (!made.error && !other) made.error = (LONG)LINEERR_INVALCONSULTCALLHANDLE;
    if (!made.error && !BOUND(legs[other->leg].state)) made.error = (LONG)LINEERR_INVALCALLSTATE;
    if (!made.error && mode != LINETRANSFERMODE_TRANSFER && mode != LINETRANSFERMODE_CONFERENCE)
        made.error = (LONG)LINEERR_INVALTRANSFERMODE;
    if (!made.error && mode == LINETRANSFERMODE_CONFERENCE && !lphConfCall) made.error = (LONG)LINEERR_INVALPOINTER;
    if (made.error) return end(&made, hCall, nothing());
    int second = other->leg;
    if (mode == LINETRANSFERMODE_TRANSFER) {
        transfer(made.which, second);
        return end(&made, hCall, nothing());
    }
    value = conference_of(&made, &which);
    member(made.which, which);
    member(second, which);
    set_state(which, LINECALLSTATE_CONNECTED, LINECONNECTEDMODE_ACTIVE);
    introduce(legs[made.which].peer, legs[second].peer);
    return end(&made, hCall, handle_at(lphConfCall, value, -1));
}

static void sent_on(int which, const WCHAR *dest) {
    copy(legs[which].redirection, dest);
    set_info(which, LINECALLINFOSTATE_REDIRECTIONID);
}

/* The other end of this call goes to another telephone. */
static void send_on(int which, const WCHAR *dest, DWORD reason, DWORD mode) {
    WCHAR own[CHARACTERS];
    int peer = legs[which].peer, target = station(dest);
    number_of(legs[which].device, own);
    sent_on(which, dest);
    legs[which].peer = -1;
    finish(which, mode);
    if (peer < 0) return;
    if (reason == LINECALLREASON_TRANSFER) {
        legs[peer].id = renumber();
        legs[peer].reason = reason;
        copy(legs[peer].connected, dest);
        set_info(peer, LINECALLINFOSTATE_CONNECTEDID | LINECALLINFOSTATE_CALLID | LINECALLINFOSTATE_REASON);
    }
    if (target >= 0) {
        int arrived = offer(target, peer, reason, own);
        if (reason == LINECALLREASON_TRANSFER) copy(legs[arrived].called, dest);
    } else {
        legs[peer].peer = -1;
    }
}

LONG WINAPI lineBlindTransferW(HCALL hCall, LPCWSTR dest, DWORD country) {
    request made = begin("lineBlindTransferW", hCall, LINECALLSTATE_CONNECTED);
    (void)country;
    if (!made.error && (!valid(dest) || !length(dest))) made.error = (LONG)LINEERR_INVALADDRESS;
    if (!made.error) send_on(made.which, dest, LINECALLREASON_TRANSFER, 0);
    return end(&made, hCall, nothing());
}

LONG WINAPI lineRedirectW(HCALL hCall, LPCWSTR dest, DWORD country) {
    request made = begin("lineRedirectW", hCall, LINECALLSTATE_OFFERING);
    (void)country;
    if (!made.error && (!valid(dest) || !length(dest))) made.error = (LONG)LINEERR_INVALADDRESS;
    if (!made.error) send_on(made.which, dest, LINECALLREASON_REDIRECT, LINEDISCONNECTMODE_FORWARDED);
    return end(&made, hCall, nothing());
}

LONG WINAPI lineSetupConferenceW(HCALL hCall, HLINE hLine, LPHCALL lphConfCall, LPHCALL lphConsultCall, DWORD parties,
                                 LPLINECALLPARAMS const parameters) {
    item written = {0};
    int conference = 0, which = 0;
    request made = begin("lineSetupConferenceW", hCall, LINECALLSTATE_CONNECTED);
    (void)hLine, (void)parties, (void)parameters;
    if (!made.error && (!lphConfCall || !lphConsultCall)) made.error = (LONG)LINEERR_INVALPOINTER;
    if (!made.error) {
        written.where[0] = lphConfCall;
        written.where[1] = lphConsultCall;
        written.value[0] = conference_of(&made, &conference);
        set_state(conference, LINECALLSTATE_ONHOLDPENDCONF, 0);
        member(made.which, conference);
        made.of = call_handle(hCall); /* the table may have moved */
        written.value[1] = consult(&made, &which);
    }
    return end(&made, hCall, written);
}

LONG WINAPI lineAddToConference(HCALL hConfCall, HCALL hConsultCall) {
    request made = begin("lineAddToConference", hConfCall, LINECALLSTATE_ONHOLDPENDCONF | LINECALLSTATE_CONNECTED);
    handle *other = made.error ? NULL : call_handle(hConsultCall);
    if (!made.error && !other) made.error = (LONG)LINEERR_INVALCONSULTCALLHANDLE;
    if (!made.error && legs[other->leg].state != LINECALLSTATE_CONNECTED) made.error = (LONG)LINEERR_INVALCALLSTATE;
    if (!made.error) {
        int first = -1, second = other->leg;
        for (int i = 0; i < MOST_LEGS && first < 0; i++)
            if (legs[i].used && legs[i].conference == made.which) first = i;
        member(second, made.which);
        if (first >= 0) introduce(legs[first].peer, legs[second].peer);
        if (made.on->state != LINECALLSTATE_CONNECTED) set_state(made.which, LINECALLSTATE_CONNECTED, LINECONNECTEDMODE_ACTIVE);
    }
    return end(&made, hConfCall, nothing());
}

LONG WINAPI lineRemoveFromConference(HCALL hCall) {
    request made = begin("lineRemoveFromConference", hCall, LINECALLSTATE_CONFERENCED);
    if (!made.error) {
        int conference = made.on->conference;
        made.on->conference = -1;
        far_end_gone(made.which);
        finish(made.which, 0);
        shrink(conference);
    }
    return end(&made, hCall, nothing());
}

/* A call that was somewhere else goes on at this line. */
static LONG take(const char *function, HLINE hLine, LPHCALL lphCall, int peer, DWORD reason) {
    request made = {0};
    enter();
    handle *at = line_handle(hLine);
    LONG answer = at ? planned(function) : (LONG)LINEERR_INVALLINEHANDLE;
    if (!answer && !lphCall) answer = (LONG)LINEERR_INVALPOINTER;
    if (!answer && peer < 0) answer = (LONG)LINEERR_TARGETNOTFOUND;
    if (answer) { leave(); return answer; }
    int device = at->device;
    made.from = &apps[at->app];
    made.mark = made.from->last;
    made.which = new_leg(device, legs[peer].id, LINECALLORIGIN_INBOUND | LINECALLORIGIN_EXTERNAL, reason);
    if (legs[peer].device >= 0) number_of(legs[peer].device, legs[made.which].caller);
    else copy(legs[made.which].caller, legs[peer].caller);
    copy(legs[made.which].called, legs[peer].called);
    DWORD value = own_call(made.which, at);
    set_state(made.which, LINECALLSTATE_CONNECTED, LINECONNECTEDMODE_ACTIVE);
    if (legs[peer].state == LINECALLSTATE_RINGBACK) set_state(peer, LINECALLSTATE_CONNECTED, LINECONNECTEDMODE_ACTIVE);
    join(made.which, peer);
    return end(&made, value, handle_at(lphCall, value, device));
}

LONG WINAPI linePickupW(HLINE hLine, DWORD dwAddressID, LPHCALL lphCall, LPCWSTR dest, LPCWSTR group) {
    int peer = -1;
    WCHAR own[CHARACTERS];
    (void)dwAddressID, (void)group;
    enter();
    int device = station(dest);
    handle *at = line_handle(hLine);
    for (int i = 0; at && i < MOST_LEGS && peer < 0; i++)
        if (legs[i].used && legs[i].device >= 0 && legs[i].state == LINECALLSTATE_OFFERING && (device < 0 || legs[i].device == device)) {
            peer = legs[i].peer;
            legs[i].peer = -1;
            number_of(at->device, own);
            sent_on(i, own);
            finish(i, LINEDISCONNECTMODE_PICKUP);
        }
    leave();
    return take("linePickupW", hLine, lphCall, peer, LINECALLREASON_PICKUP);
}

/* A call waits at a telephone, or at a place that is none. */
static void park(int which, const WCHAR *where) {
    WCHAR own[CHARACTERS];
    int peer = legs[which].peer, target = station(where);
    number_of(legs[which].device, own);
    legs[which].peer = -1;
    finish(which, 0);
    if (peer < 0) return;
    copy(legs[peer].parked, where);
    if (target < 0) return;
    int waiting = new_leg(target, 0, LINECALLORIGIN_INTERNAL, LINECALLREASON_PARKED);
    copy(legs[waiting].called, where);
    copy(legs[waiting].redirecting, own);
    legs[waiting].peer = peer;
    legs[peer].peer = waiting;
    if (legs[peer].device >= 0) number_of(legs[peer].device, legs[waiting].caller);
    announce(waiting, NULL);
    set_state(waiting, LINECALLSTATE_ONHOLD, 0);
}

LONG WINAPI lineParkW(HCALL hCall, DWORD mode, LPCWSTR dest, LPVARSTRING place) {
    static const WCHAR chosen[] = {'7', '0', '1', 0};
    item written = {0};
    request made = begin("lineParkW", hCall, LINECALLSTATE_CONNECTED | LINECALLSTATE_ONHOLD);
    if (!made.error && mode != LINEPARKMODE_DIRECTED && mode != LINEPARKMODE_NONDIRECTED) made.error = (LONG)LINEERR_INVALPARKMODE;
    if (!made.error && mode == LINEPARKMODE_NONDIRECTED && !place) made.error = (LONG)LINEERR_INVALPOINTER;
    if (!made.error) {
        if (mode == LINEPARKMODE_NONDIRECTED) written.place = place;
        copy(written.text, mode == LINEPARKMODE_DIRECTED ? dest : chosen);
        park(made.which, written.text);
    }
    return end(&made, hCall, written);
}

LONG WINAPI lineUnparkW(HLINE hLine, DWORD dwAddressID, LPHCALL lphCall, LPCWSTR dest) {
    int peer = -1;
    (void)dwAddressID;
    enter();
    for (int i = 0; i < MOST_LEGS && peer < 0; i++)
        if (legs[i].used && length(legs[i].parked) && same(legs[i].parked, dest)) {
            int waiting = legs[i].peer;
            legs[i].parked[0] = 0;
            if (waiting >= 0) {
                legs[waiting].peer = -1;
                finish(waiting, 0);
            }
            peer = i;
        }
    leave();
    return take("lineUnparkW", hLine, lphCall, peer, LINECALLREASON_UNPARK);
}
