/* Functions on one call. What they do to the switch happens at once; what they say, when the reply is handed out. */
#include "standin.h"

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
        int conference = made.on->conference;
        made.on->conference = -1;
        far_end_gone(made.which);
        finish(made.which, 0);
        shrink(conference);
    }
    return end(&made, hCall, nothing());
}

LONG WINAPI lineHold(HCALL hCall) {
    request made = begin("lineHold", hCall, LINECALLSTATE_CONNECTED | LINECALLSTATE_RINGBACK);
    if (!made.error) hold(made.which, LINECALLSTATE_ONHOLD);
    return end(&made, hCall, nothing());
}

LONG WINAPI lineUnhold(HCALL hCall) {
    request made = begin("lineUnhold", hCall, LINECALLSTATE_ONHOLD | LINECALLSTATE_ONHOLDPENDTRANSFER | LINECALLSTATE_ONHOLDPENDCONF);
    if (!made.error) retrieve(made.which);
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
        hold(made.which, legs[held->leg].state);
        retrieve(held->leg);
    }
    return end(&made, hActive, nothing());
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
