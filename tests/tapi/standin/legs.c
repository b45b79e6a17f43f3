/* The switch: calls as their telephones see them, and what happens to both ends. */
#include "standin.h"

leg legs[MOST_LEGS];
static DWORD next_call = 1;

static const WCHAR OUTSIDE[] = {'0', '0', 0};

int new_leg(int device, DWORD id, DWORD origin, DWORD reason) {
    for (int i = 0; i < MOST_LEGS; i++) {
        if (legs[i].used) continue;
        memset(&legs[i], 0, sizeof legs[i]);
        legs[i].used = 1;
        legs[i].device = device;
        legs[i].peer = legs[i].conference = -1;
        legs[i].id = id ? id : next_call++;
        legs[i].origin = origin;
        legs[i].reason = reason;
        return i;
    }
    misuse("too many calls");
    return 0;
}

int station(const WCHAR *number) {
    WCHAR own[CHARACTERS];
    for (int i = 0; i < line_count; i++) {
        number_of(i, own);
        if (lines[i].known && same(own, number)) return i;
    }
    return -1;
}

/* What may be done now with a call in this state. */
DWORD features(const leg *of) {
    static const struct { DWORD state, features; } table[] = {
        {LINECALLSTATE_OFFERING, LINECALLFEATURE_ACCEPT | LINECALLFEATURE_ANSWER | LINECALLFEATURE_REDIRECT | LINECALLFEATURE_DROP},
        {LINECALLSTATE_ACCEPTED, LINECALLFEATURE_ANSWER | LINECALLFEATURE_REDIRECT | LINECALLFEATURE_DROP},
        {LINECALLSTATE_DIALTONE, LINECALLFEATURE_DIAL | LINECALLFEATURE_DROP},
        {LINECALLSTATE_PROCEEDING, LINECALLFEATURE_DROP},
        {LINECALLSTATE_RINGBACK, LINECALLFEATURE_DROP | LINECALLFEATURE_HOLD},
        {LINECALLSTATE_BUSY, LINECALLFEATURE_DROP},
        {LINECALLSTATE_CONNECTED, LINECALLFEATURE_DROP | LINECALLFEATURE_HOLD | LINECALLFEATURE_SETUPTRANSFER
             | LINECALLFEATURE_BLINDTRANSFER | LINECALLFEATURE_SETUPCONF | LINECALLFEATURE_GENERATEDIGITS
             | LINECALLFEATURE_PARK | LINECALLFEATURE_SWAPHOLD},
        {LINECALLSTATE_ONHOLD, LINECALLFEATURE_DROP | LINECALLFEATURE_UNHOLD | LINECALLFEATURE_COMPLETETRANSF},
        {LINECALLSTATE_ONHOLDPENDTRANSFER, LINECALLFEATURE_DROP | LINECALLFEATURE_UNHOLD | LINECALLFEATURE_COMPLETETRANSF
             | LINECALLFEATURE_SWAPHOLD},
        {LINECALLSTATE_ONHOLDPENDCONF, LINECALLFEATURE_ADDTOCONF | LINECALLFEATURE_DROP},
        {LINECALLSTATE_CONFERENCED, LINECALLFEATURE_REMOVEFROMCONF | LINECALLFEATURE_DROP},
        {LINECALLSTATE_DISCONNECTED, LINECALLFEATURE_DROP},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].state == of->state) return table[i].features;
    return 0;
}

/* Handle of a call in an application, or 0. */
DWORD handle_of(int which, int of_app) {
    for (DWORD at = 0; at < handle_count; at++)
        if (handles[at].live && handles[at].kind == A_CALL && handles[at].leg == which && handles[at].app == of_app)
            return FIRST_HANDLE + at;
    return 0;
}

DWORD handle_for(int which, const handle *at, DWORD privilege) {
    handle made = {0};
    made.kind = A_CALL;
    made.app = at->app;
    made.version = at->version;
    made.instance = at->instance;
    made.leg = which;
    made.privilege = privilege;
    for (DWORD each = 0; each < handle_count; each++)
        if (&handles[each] == at) made.line = FIRST_HANDLE + each;
    return new_handle(made);
}

static void to_call(int which, DWORD message, DWORD first, DWORD second, int of_app) {
    for (DWORD at = 0; at < handle_count; at++) {
        const handle *each = &handles[at];
        if (!each->live || each->kind != A_CALL || each->leg != which || (of_app >= 0 && each->app != of_app)) continue;
        DWORD detail = second;
        if (message == LINE_CALLSTATE && first == LINECALLSTATE_CONFERENCED && legs[which].conference >= 0)
            detail = handle_of(legs[which].conference, each->app);
        push(&apps[each->app], FIRST_HANDLE + at, message, each->instance, first, detail, 0);
    }
}

/* A call appears: those who watch its line get a handle; the first owner of the line owns it. */
void announce(int which, app *except) {
    int owned = except != NULL;
    DWORD lines_open = handle_count;
    for (DWORD at = 0; at < lines_open; at++) {
        if (!handles[at].live || handles[at].kind != A_LINE || handles[at].device != legs[which].device) continue;
        if (!(handles[at].privileges & (LINECALLPRIVILEGE_MONITOR | LINECALLPRIVILEGE_OWNER))) continue;
        if (except && app_index(except) == handles[at].app) continue;
        int owner = !owned && handles[at].privileges & LINECALLPRIVILEGE_OWNER;
        DWORD privilege = owner ? LINECALLPRIVILEGE_OWNER : LINECALLPRIVILEGE_MONITOR;
        owned |= owner;
        handle from = handles[at]; /* the table may move */
        DWORD made = handle_for(which, &handles[at], privilege);
        push(&apps[from.app], FIRST_HANDLE + at, LINE_APPNEWCALL, from.instance, 0, made, privilege);
    }
}

void set_state(int which, DWORD state, DWORD mode) {
    leg *of = &legs[which];
    DWORD lies = of->device >= 0 ? lines[of->device].lies : 0;
    of->state = state;
    of->mode = mode;
    if (of->device < 0 || (lies & LIE_NO_END && state & (LINECALLSTATE_DISCONNECTED | LINECALLSTATE_IDLE))) return;
    if (lies & LIE_NEW_MODES && state != LINECALLSTATE_CONFERENCED) mode |= 0x40000000u, state |= 0x11000000u;
    to_call(which, LINE_CALLSTATE, state, mode, -1);
}

void set_info(int which, DWORD what) {
    if (legs[which].device >= 0) to_call(which, LINE_CALLINFO, what, 0, -1);
}

/* A call that is over stays until its last handle is given back. */
void tidy(int which) {
    if (!legs[which].used || legs[which].state != LINECALLSTATE_IDLE) return;
    for (int i = 0; i < MOST_APPS; i++)
        if (handle_of(which, i)) return;
    legs[which].used = 0;
}

void finish(int which, DWORD mode) {
    leg *of = &legs[which];
    if (!of->used || of->state == LINECALLSTATE_IDLE) return;
    if (mode) set_state(which, LINECALLSTATE_DISCONNECTED, mode);
    set_state(which, LINECALLSTATE_IDLE, 0);
    of->peer = -1;
    tidy(which);
}

/* A conference of one other party is a plain call again. */
void shrink(int conference) {
    int last = -1, count = 0;
    if (conference < 0) return;
    for (int i = 0; i < MOST_LEGS; i++)
        if (legs[i].used && legs[i].conference == conference) { last = i; count++; }
    if (count > 1) return;
    finish(conference, 0);
    if (last < 0) return;
    legs[last].conference = -1;
    set_state(last, LINECALLSTATE_CONNECTED, LINECONNECTEDMODE_ACTIVE);
}

/* The other end of a call hears that this one is gone. */
void far_end_gone(int which) {
    int peer = legs[which].peer;
    legs[which].peer = -1;
    if (peer < 0 || !legs[peer].used || legs[peer].peer != which) return;
    int conference = legs[peer].conference;
    legs[peer].conference = -1;
    finish(peer, LINEDISCONNECTMODE_NORMAL);
    shrink(conference);
}

static void far_mode(int which, DWORD mode) {
    int peer = legs[which].peer;
    if (peer >= 0 && legs[peer].device >= 0 && legs[peer].state == LINECALLSTATE_CONNECTED)
        set_state(peer, LINECALLSTATE_CONNECTED, mode);
}

/* The other end is told, as far as it is connected. */
void hold(int which, DWORD state) {
    set_state(which, state, 0);
    far_mode(which, LINECONNECTEDMODE_ACTIVEHELD);
}

void retrieve(int which) {
    set_state(which, LINECALLSTATE_CONNECTED, LINECONNECTEDMODE_ACTIVE);
    far_mode(which, LINECONNECTEDMODE_ACTIVE);
}

DWORD renumber(void) { return next_call++; }

static void own_number(int which, WCHAR *to) {
    if (legs[which].device >= 0) number_of(legs[which].device, to);
    else copy(to, legs[which].origin & LINECALLORIGIN_OUTBOUND ? legs[which].called : legs[which].caller);
}

/* Two ends talk to each other, and learn who it is. */
void join(int one, int other) {
    legs[one].peer = other;
    legs[other].peer = one;
    own_number(other, legs[one].connected);
    own_number(one, legs[other].connected);
    set_info(one, LINECALLINFOSTATE_CONNECTEDID);
    set_info(other, LINECALLINFOSTATE_CONNECTEDID);
}

/* A call from another end arrives at a telephone; gives the new end. */
int offer(int device, int from, DWORD reason, const WCHAR *redirecting) {
    WCHAR own[CHARACTERS];
    number_of(device, own);
    for (DWORD i = 0; i < lines[device].forwards && !redirecting; i++) {
        int target = lines[device].forward_mode[i] & LINEFORWARDMODE_UNCOND ? station(lines[device].forward[i]) : -1;
        if (target >= 0 && target != device) return offer(target, from, LINECALLREASON_FWDUNCOND, own);
    }
    DWORD origin = legs[from].device >= 0 ? LINECALLORIGIN_INTERNAL : LINECALLORIGIN_EXTERNAL;
    int made = new_leg(device, legs[from].id, origin | LINECALLORIGIN_INBOUND, reason);
    own_number(from, legs[made].caller);
    copy(legs[made].name, legs[from].name);
    copy(legs[made].called, legs[from].called);
    copy(legs[made].redirecting, redirecting);
    legs[made].peer = from;
    legs[from].peer = made;
    announce(made, NULL);
    set_state(made, LINECALLSTATE_OFFERING, LINEOFFERINGMODE_ACTIVE);
    return made;
}

void dial(int which, const WCHAR *number) {
    static const WCHAR busy[] = {'2', '9', '9', '9', 0};
    copy(legs[which].called, number);
    set_state(which, LINECALLSTATE_DIALING, 0);
    set_state(which, LINECALLSTATE_PROCEEDING, 0);
    int target = station(number);
    if (same(number, busy)) {
        set_state(which, LINECALLSTATE_BUSY, LINEBUSYMODE_STATION);
        return;
    }
    set_info(which, LINECALLINFOSTATE_CALLEDID);
    if (target < 0) {
        int outside = new_leg(-1, legs[which].id, LINECALLORIGIN_OUTBOUND, 0);
        copy(legs[outside].called, number);
        legs[outside].state = LINECALLSTATE_OFFERING;
        legs[outside].peer = which;
        legs[which].peer = outside;
    } else {
        offer(target, which, LINECALLREASON_DIRECT, NULL);
    }
    set_state(which, LINECALLSTATE_RINGBACK, 0);
}

/* ---- What tests call: the world outside. They give or take the number of the end at the telephone. ---- */

EXPORT int standin_offer(int device, const WCHAR *caller, const WCHAR *name, const WCHAR *called) {
    enter();
    int from = new_leg(-1, 0, 0, 0);
    WCHAR own[CHARACTERS];
    number_of(device, own);
    copy(legs[from].caller, caller ? caller : OUTSIDE);
    if (!caller) legs[from].caller[0] = 0;
    copy(legs[from].name, name);
    copy(legs[from].called, called ? called : own);
    legs[from].state = LINECALLSTATE_RINGBACK;
    int made = offer(device, from, LINECALLREASON_DIRECT, NULL);
    leave();
    return made;
}

/* The end at this telephone that came last, or -1. */
EXPORT int standin_last(int device) {
    int found = -1;
    enter();
    for (int i = 0; i < MOST_LEGS; i++)
        if (legs[i].used && legs[i].device == device && legs[i].state != LINECALLSTATE_IDLE) {
            if (found < 0 || legs[i].id >= legs[found].id) found = i;
        }
    leave();
    return found;
}

/* The states of the calls at a telephone; gives how many there are. */
EXPORT DWORD standin_states(int device, DWORD *states, DWORD room) {
    DWORD count = 0;
    enter();
    for (int i = 0; i < MOST_LEGS && count < room; i++)
        if (legs[i].used && legs[i].device == device && legs[i].state != LINECALLSTATE_IDLE) states[count++] = legs[i].state;
    leave();
    return count;
}

EXPORT void standin_far_answers(int which) {
    enter();
    int peer = legs[which].peer;
    if (peer >= 0) {
        set_state(peer, LINECALLSTATE_CONNECTED, LINECONNECTEDMODE_ACTIVE);
        set_state(which, LINECALLSTATE_CONNECTED, LINECONNECTEDMODE_ACTIVE);
        join(which, peer);
    }
    leave();
}

EXPORT void standin_far_hangs_up(int which, DWORD mode) {
    enter();
    int peer = legs[which].peer;
    if (peer >= 0) finish(peer, 0);
    finish(which, mode ? mode : LINEDISCONNECTMODE_NORMAL);
    leave();
}

EXPORT void standin_answers(int which) {
    enter();
    int peer = legs[which].peer;
    set_state(which, LINECALLSTATE_CONNECTED, LINECONNECTEDMODE_ACTIVE);
    if (peer >= 0) {
        set_state(peer, LINECALLSTATE_CONNECTED, LINECONNECTEDMODE_ACTIVE);
        join(which, peer);
    }
    leave();
}

EXPORT void standin_caller(int which, const WCHAR *caller, const WCHAR *name) {
    enter();
    copy(legs[which].caller, caller);
    copy(legs[which].name, name);
    set_info(which, LINECALLINFOSTATE_CALLERID);
    leave();
}

/* Any state at all, as a driver may tell it. */
EXPORT void standin_tell(int which, DWORD state, DWORD mode) {
    enter();
    to_call(which, LINE_CALLSTATE, state, mode, -1);
    leave();
}

EXPORT void standin_busy_line(int device, DWORD count) {
    enter();
    for (; count; count--) to_line(device, LINE_LINEDEVSTATE, LINEDEVSTATE_NUMCALLS, LINEDEVSTATE_NUMCALLS, count);
    leave();
}

EXPORT void standin_line_state(int device, DWORD state) {
    enter();
    to_line(device, LINE_LINEDEVSTATE, state, state, 0);
    leave();
}

EXPORT void standin_close(int device) {
    enter();
    for (DWORD at = 0; at < handle_count; at++)
        if (handles[at].live && handles[at].kind == A_CALL && legs[handles[at].leg].device == device) {
            handles[at].live = 0;
            tidy(handles[at].leg);
        }
    to_line(device, LINE_CLOSE, 0, 0, 0);
    leave();
}

static void to_apps(DWORD message, DWORD first) {
    for (int i = 0; i < MOST_APPS; i++)
        if (apps[i].handle) push(&apps[i], 0, message, 0, first, 0, 0);
}

EXPORT int standin_create(void) {
    enter();
    int made = line_count++;
    lines[made].known = 1;
    to_apps(LINE_CREATE, (DWORD)made);
    leave();
    return made;
}

EXPORT void standin_remove(int device) {
    standin_close(device);
    enter();
    lines[device].known = 0;
    to_apps(LINE_REMOVE, (DWORD)device);
    leave();
}
