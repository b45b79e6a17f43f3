/* Functions on calls. What they do to the switch happens at once; what they say, when the reply is handed out. */
#include "standin.h"

#define BOUND(state) ((state) & (LINECALLSTATE_CONNECTED | LINECALLSTATE_RINGBACK | LINECALLSTATE_PROCEEDING | LINECALLSTATE_BUSY))

/* A request on a call: what is checked before it, and where its messages begin. */
typedef struct {
    handle *of;
    leg *on;
    int which;
    app *from;
    item *mark;
    LONG error;
} request;

static request begin(const char *function, HCALL call, DWORD states) {
    request made = {0};
    enter();
    made.of = call_handle(call);
    if (!made.of) made.error = (LONG)LINEERR_INVALCALLHANDLE;
    if (!made.error) {
        made.which = made.of->leg;
        made.on = &legs[made.which];
        made.from = &apps[made.of->app];
        made.mark = made.from->last;
        made.error = planned(function);
    }
    if (!made.error && made.of->privilege != LINECALLPRIVILEGE_OWNER) made.error = (LONG)LINEERR_NOTOWNER;
    if (!made.error && !(made.on->state & states)) made.error = (LONG)LINEERR_INVALCALLSTATE;
    return made;
}

static LONG end(const request *of, HCALL call, item written) {
    LONG answer = of->error;
    if (!answer) answer = (LONG)reply(of->from, of->mark, 0, call, written);
    for (DWORD waited = 0; answer > 0 && waited < return_delay; waited += 20) wait_for_news(20);
    leave();
    return answer;
}

static item nothing(void) { item none = {0}; return none; }

static item handle_at(LPHCALL where, DWORD value, int device) {
    item made = {0};
    made.where[0] = where;
    made.value[0] = device >= 0 && lines[device].lies & LIE_ZERO_CALL ? 0 : value;
    return made;
}

static int valid(LPCWSTR number) {
    for (DWORD i = 0; i < length(number); i++)
        if (!((number[i] >= '0' && number[i] <= '9') || number[i] == '*' || number[i] == '#' || number[i] == ',')) return 0;
    return length(number) < CHARACTERS;
}

/* A call of our own appears: its maker owns it, others may watch. */
static DWORD own_call(int which, handle *at) {
    app *of = &apps[at->app];
    DWORD made = handle_for(which, at, LINECALLPRIVILEGE_OWNER);
    announce(which, of);
    return made;
}

static LONG call_parameters(LPLINECALLPARAMS const parameters, WCHAR *target) {
    target[0] = 0;
    if (!parameters) return 0;
    if (parameters->dwTotalSize < offsetof(LINECALLPARAMS, dwAddressType)) return (LONG)LINEERR_STRUCTURETOOSMALL;
    if (parameters->dwMediaMode != LINEMEDIAMODE_INTERACTIVEVOICE || parameters->dwBearerMode != LINEBEARERMODE_VOICE)
        return (LONG)LINEERR_INVALCALLPARAMS;
    DWORD size = parameters->dwTargetAddressSize, offset = parameters->dwTargetAddressOffset;
    if (!size) return 0;
    if (size > sizeof(WCHAR) * CHARACTERS || offset + size > parameters->dwTotalSize) return (LONG)LINEERR_INVALCALLPARAMS;
    memcpy(target, (const BYTE *)parameters + offset, size);
    return 0;
}

LONG WINAPI lineMakeCallW(HLINE hLine, LPHCALL lphCall, LPCWSTR dest, DWORD country, LPLINECALLPARAMS const parameters) {
    WCHAR target[CHARACTERS];
    request made = {0};
    DWORD value = 0;
    (void)country;
    enter();
    handle *at = line_handle(hLine);
    LONG answer = at ? planned("lineMakeCallW") : (LONG)LINEERR_INVALLINEHANDLE;
    if (!answer && !lphCall) answer = (LONG)LINEERR_INVALPOINTER;
    if (!answer) answer = call_parameters(parameters, target);
    if (!answer && !valid(dest)) answer = (LONG)LINEERR_INVALADDRESS;
    if (answer) { leave(); return answer; }
    handle line_at = *at;
    made.from = &apps[line_at.app];
    made.mark = made.from->last;
    made.which = new_leg(line_at.device, 0, LINECALLORIGIN_OUTBOUND, LINECALLREASON_DIRECT);
    value = own_call(made.which, at);
    set_state(made.which, LINECALLSTATE_DIALTONE, 0);
    if (length(dest)) dial(made.which, dest);
    return end(&made, value, handle_at(lphCall, value, line_at.device));
}

LONG WINAPI lineDialW(HCALL hCall, LPCWSTR dest, DWORD country) {
    request made = begin("lineDialW", hCall, LINECALLSTATE_DIALTONE | LINECALLSTATE_DIALING);
    (void)country;
    if (!made.error && !valid(dest)) made.error = (LONG)LINEERR_INVALADDRESS;
    if (!made.error) dial(made.which, dest);
    return end(&made, hCall, nothing());
}

LONG WINAPI lineAccept(HCALL hCall, LPCSTR info, DWORD size) {
    request made = begin("lineAccept", hCall, LINECALLSTATE_OFFERING);
    (void)info, (void)size;
    if (!made.error) set_state(made.which, LINECALLSTATE_ACCEPTED, 0);
    return end(&made, hCall, nothing());
}

LONG WINAPI lineAnswer(HCALL hCall, LPCSTR info, DWORD size) {
    request made = begin("lineAnswer", hCall, LINECALLSTATE_OFFERING | LINECALLSTATE_ACCEPTED);
    (void)info, (void)size;
    if (!made.error) {
        int peer = made.on->peer;
        set_state(made.which, LINECALLSTATE_CONNECTED, LINECONNECTEDMODE_ACTIVE);
        if (peer >= 0) {
            if (legs[peer].state == LINECALLSTATE_RINGBACK) set_state(peer, LINECALLSTATE_CONNECTED, LINECONNECTEDMODE_ACTIVE);
            join(made.which, peer);
        }
    }
    return end(&made, hCall, nothing());
}

LONG WINAPI lineDrop(HCALL hCall, LPCSTR info, DWORD size) {
    request made = begin("lineDrop", hCall, ~(DWORD)LINECALLSTATE_IDLE);
    (void)info, (void)size;
    if (!made.error) {
        for (int i = 0; i < MOST_LEGS; i++) /* a conference takes its members with it */
            if (legs[i].used && legs[i].conference == made.which && i != made.which) {
                legs[i].conference = -1;
                far_end_gone(i);
                finish(i, 0);
            }
        far_end_gone(made.which);
        finish(made.which, 0);
    }
    return end(&made, hCall, nothing());
}

LONG WINAPI lineHold(HCALL hCall) {
    request made = begin("lineHold", hCall, LINECALLSTATE_CONNECTED);
    if (!made.error) set_state(made.which, LINECALLSTATE_ONHOLD, 0);
    return end(&made, hCall, nothing());
}

LONG WINAPI lineUnhold(HCALL hCall) {
    request made = begin("lineUnhold", hCall, LINECALLSTATE_ONHOLD | LINECALLSTATE_ONHOLDPENDTRANSFER | LINECALLSTATE_ONHOLDPENDCONF);
    if (!made.error) set_state(made.which, LINECALLSTATE_CONNECTED, LINECONNECTEDMODE_ACTIVE);
    return end(&made, hCall, nothing());
}

LONG WINAPI lineSwapHold(HCALL hActive, HCALL hHeld) {
    request made = begin("lineSwapHold", hActive, LINECALLSTATE_CONNECTED);
    handle *held = made.error ? NULL : call_handle(hHeld);
    if (!made.error && !held) made.error = (LONG)LINEERR_INVALCALLHANDLE;
    if (!made.error && held->privilege != LINECALLPRIVILEGE_OWNER) made.error = (LONG)LINEERR_NOTOWNER;
    if (!made.error && !(legs[held->leg].state & (LINECALLSTATE_ONHOLD | LINECALLSTATE_ONHOLDPENDTRANSFER)))
        made.error = (LONG)LINEERR_INVALCALLSTATE;
    if (!made.error) {
        DWORD state = legs[held->leg].state;
        set_state(made.which, state, 0);
        set_state(held->leg, LINECALLSTATE_CONNECTED, LINECONNECTEDMODE_ACTIVE);
    }
    return end(&made, hActive, nothing());
}

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
        set_state(made.which, LINECALLSTATE_ONHOLDPENDTRANSFER, 0);
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

static void transfer(int held, int other) {
    int one = legs[held].peer, two = legs[other].peer;
    legs[held].peer = legs[other].peer = -1;
    finish(held, 0);
    finish(other, 0);
    if (one < 0 || two < 0) return;
    join(one, two);
    if (legs[two].device >= 0 && legs[two].state == LINECALLSTATE_OFFERING) {
        copy(legs[two].caller, legs[two].connected);
        set_info(two, LINECALLINFOSTATE_CALLERID);
    }
    legs[two].reason = legs[one].reason = LINECALLREASON_TRANSFER;
    set_info(one, LINECALLINFOSTATE_REASON);
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
    return end(&made, hCall, handle_at(lphConfCall, value, -1));
}

/* The other end of this call goes to another telephone. */
static void send_on(int which, const WCHAR *dest, DWORD reason, DWORD mode) {
    WCHAR own[CHARACTERS];
    int peer = legs[which].peer, target = station(dest);
    number_of(legs[which].device, own);
    legs[which].peer = -1;
    finish(which, mode);
    if (peer < 0) return;
    if (legs[peer].device >= 0) set_state(peer, LINECALLSTATE_RINGBACK, 0);
    if (target >= 0) offer(target, peer, reason, own);
    else legs[peer].peer = -1;
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
        member(other->leg, made.which);
        if (made.on->state != LINECALLSTATE_CONNECTED) set_state(made.which, LINECALLSTATE_CONNECTED, LINECONNECTEDMODE_ACTIVE);
    }
    return end(&made, hConfCall, nothing());
}

LONG WINAPI lineRemoveFromConference(HCALL hCall) {
    request made = begin("lineRemoveFromConference", hCall, LINECALLSTATE_CONFERENCED);
    if (!made.error) {
        far_end_gone(made.which);
        finish(made.which, 0);
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
    copy(legs[made.which].caller, legs[peer].caller);
    copy(legs[made.which].called, legs[peer].called);
    DWORD value = own_call(made.which, at);
    set_state(made.which, LINECALLSTATE_CONNECTED, LINECONNECTEDMODE_ACTIVE);
    if (legs[peer].state == LINECALLSTATE_RINGBACK) set_state(peer, LINECALLSTATE_CONNECTED, LINECONNECTEDMODE_ACTIVE);
    join(made.which, peer);
    return end(&made, value, handle_at(lphCall, value, device));
}

LONG WINAPI linePickupW(HLINE hLine, DWORD dwAddressID, LPHCALL lphCall, LPCWSTR dest, LPCWSTR group) {
    int peer = -1;
    (void)dwAddressID, (void)group;
    enter();
    int device = station(dest);
    for (int i = 0; i < MOST_LEGS && peer < 0; i++)
        if (legs[i].used && legs[i].device >= 0 && legs[i].state == LINECALLSTATE_OFFERING && (device < 0 || legs[i].device == device)) {
            peer = legs[i].peer;
            legs[i].peer = -1;
            finish(i, LINEDISCONNECTMODE_PICKUP);
        }
    leave();
    return take("linePickupW", hLine, lphCall, peer, LINECALLREASON_PICKUP);
}

LONG WINAPI lineParkW(HCALL hCall, DWORD mode, LPCWSTR dest, LPVARSTRING place) {
    static const WCHAR chosen[] = {'7', '0', '1', 0};
    item written = {0};
    request made = begin("lineParkW", hCall, LINECALLSTATE_CONNECTED);
    if (!made.error && mode != LINEPARKMODE_DIRECTED && mode != LINEPARKMODE_NONDIRECTED) made.error = (LONG)LINEERR_INVALPARKMODE;
    if (!made.error && mode == LINEPARKMODE_NONDIRECTED && !place) made.error = (LONG)LINEERR_INVALPOINTER;
    if (!made.error) {
        const WCHAR *where = mode == LINEPARKMODE_DIRECTED ? dest : chosen;
        int peer = made.on->peer;
        made.on->peer = -1;
        if (peer >= 0) copy(legs[peer].parked, where);
        finish(made.which, 0);
        if (mode == LINEPARKMODE_NONDIRECTED) written.place = place;
        copy(written.text, where);
    }
    return end(&made, hCall, written);
}

LONG WINAPI lineUnparkW(HLINE hLine, DWORD dwAddressID, LPHCALL lphCall, LPCWSTR dest) {
    int peer = -1;
    (void)dwAddressID;
    enter();
    for (int i = 0; i < MOST_LEGS && peer < 0; i++)
        if (legs[i].used && length(legs[i].parked) && same(legs[i].parked, dest)) {
            legs[i].parked[0] = 0;
            peer = i;
        }
    leave();
    return take("lineUnparkW", hLine, lphCall, peer, LINECALLREASON_UNPARK);
}

LONG WINAPI lineGenerateDigitsW(HCALL hCall, DWORD mode, LPCWSTR digits, DWORD duration) {
    request made = begin("lineGenerateDigitsW", hCall, LINECALLSTATE_CONNECTED);
    (void)duration;
    if (!made.error && mode != LINEDIGITMODE_DTMF) made.error = (LONG)LINEERR_INVALDIGITMODE;
    if (!made.error && (!valid(digits) || !length(digits))) made.error = (LONG)LINEERR_INVALDIGITS;
    if (!made.error) push(made.from, hCall, LINE_GENERATE, made.of->instance, LINEGENERATETERM_DONE, 0, 0);
    leave();
    return made.error;
}
