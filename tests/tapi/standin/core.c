/* The lock, handles, messages, and the plans of tests. */
#include "standin.h"

#ifdef _WIN32
static CRITICAL_SECTION lock;
static CONDITION_VARIABLE changed;
static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
static BOOL CALLBACK make_lock(PINIT_ONCE o, PVOID p, PVOID *c) {
    (void)o, (void)p, (void)c;
    InitializeCriticalSection(&lock);
    InitializeConditionVariable(&changed);
    return TRUE;
}
void enter(void) { InitOnceExecuteOnce(&once, make_lock, NULL, NULL); EnterCriticalSection(&lock); }
void leave(void) { LeaveCriticalSection(&lock); }
void news(void) { WakeAllConditionVariable(&changed); }
int wait_for_news(DWORD milliseconds) { return SleepConditionVariableCS(&changed, &lock, milliseconds) ? 1 : 0; }
#else
#include <pthread.h>
#include <time.h>
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
void enter(void) { pthread_mutex_lock(&lock); }
void leave(void) { pthread_mutex_unlock(&lock); }
void news(void) { pthread_cond_broadcast(&changed); }
int wait_for_news(DWORD milliseconds) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += milliseconds / 1000;
    until.tv_nsec += (long)(milliseconds % 1000) * 1000000L;
    if (until.tv_nsec >= 1000000000L) { until.tv_sec++; until.tv_nsec -= 1000000000L; }
    return pthread_cond_timedwait(&changed, &lock, &until) == 0;
}
#endif

app apps[MOST_APPS];
line lines[MOST_LINES];
int line_count;
handle *handles;
DWORD handle_count;
DWORD return_delay;

static DWORD room, seed = 1, next_app = 0x101, next_request = 1, dead_uses, misuses, written;
static const char *first_misuse = "";
static struct { char function[40]; LONG error; int times; } plans[16];

DWORD chance(DWORD below) {
    seed = seed * 1664525u + 1013904223u;
    return (seed >> 8) % below;
}

void misuse(const char *what) {
    if (!misuses++) first_misuse = what;
}

/* The error that a test has planned for this function, or 0. */
LONG planned(const char *function) {
    for (size_t i = 0; i < sizeof plans / sizeof *plans; i++)
        if (plans[i].times && !strcmp(plans[i].function, function)) {
            plans[i].times--;
            return plans[i].error;
        }
    return 0;
}

app *app_of(DWORD value) {
    for (int i = 0; i < MOST_APPS; i++)
        if (value && apps[i].handle == value) return &apps[i];
    return NULL;
}

int app_index(const app *one) { return (int)(one - apps); }

/* Values are never given twice, so that a dead handle is seen to be one. */
DWORD new_handle(handle made) {
    if (handle_count == room) {
        room = room ? room * 2 : 256;
        handles = realloc(handles, room * sizeof *handles);
        if (!handles) abort();
    }
    made.live = 1;
    handles[handle_count] = made;
    return FIRST_HANDLE + handle_count++;
}

static handle *living(DWORD value, int kind) {
    DWORD at = value - FIRST_HANDLE;
    if (value < FIRST_HANDLE || at >= handle_count || handles[at].kind != kind || !handles[at].live) {
        dead_uses++;
        return NULL;
    }
    return &handles[at];
}

handle *line_handle(DWORD value) { return living(value, A_LINE); }
handle *call_handle(DWORD value) { return living(value, A_CALL); }

void copy(WCHAR *to, const WCHAR *from) {
    DWORD at = 0;
    for (; from && from[at] && at < CHARACTERS - 1; at++) to[at] = from[at];
    to[at] = 0;
}

DWORD length(const WCHAR *text) {
    DWORD count = 0;
    while (text && text[count]) count++;
    return count;
}

int same(const WCHAR *one, const WCHAR *other) {
    DWORD count = length(one);
    return count == length(other) && !memcmp(one, other, count * sizeof *one);
}

void number_of(int device, WCHAR *to) {
    int value = FIRST_NUMBER + device;
    for (int at = 3; at >= 0; at--, value /= 10) to[at] = (WCHAR)('0' + value % 10);
    to[4] = 0;
}

item *push(app *to, DWORD device, DWORD message, DWORD_PTR instance, DWORD_PTR first, DWORD_PTR second, DWORD_PTR third) {
    item *made = calloc(1, sizeof *made);
    if (!made) abort();
    LINEMESSAGE told = {0};
    told.hDevice = device;
    told.dwMessageID = message;
    told.dwCallbackInstance = instance;
    told.dwParam1 = first;
    told.dwParam2 = second;
    told.dwParam3 = third;
    made->message = told;
    if (to->last) to->last->next = made;
    else to->first = made;
    to->last = made;
    news();
    return made;
}

/* Puts a LINE_REPLY anywhere among the messages behind `mark`, and gives the number of the request. */
DWORD reply(app *to, item *mark, LONG result, DWORD call, item text) {
    DWORD number = next_request++, count = 0;
    item *made = malloc(sizeof *made), *before = mark;
    if (!made) abort();
    *made = text;
    made->next = NULL;
    made->call = call;
    memset(&made->message, 0, sizeof made->message);
    made->message.dwMessageID = LINE_REPLY;
    made->message.dwParam1 = number;
    /* The upper half of the parameter is noise on x86-64. */
    made->message.dwParam2 = (DWORD_PTR)(uint32_t)result | (DWORD_PTR)(sizeof(DWORD_PTR) > 4 ? 0x5a5a5a5aULL << 32 : 0);
    handle *of = call ? call_handle(call) : NULL;
    int device = of ? legs[of->leg].device : -1;
    if (device >= 0 && lines[device].lies & LIE_NO_REPLY) {
        made->next = to->withheld;
        to->withheld = made;
        return number;
    }
    for (item *each = mark ? mark->next : to->first; each; each = each->next) count++;
    for (DWORD steps = chance(count + 1); steps; steps--) before = before ? before->next : to->first;
    made->next = before ? before->next : to->first;
    if (before) before->next = made;
    else to->first = made;
    if (!made->next) to->last = made;
    news();
    return number;
}

/* A message to all who have this line open and asked for it. */
void to_line(int device, DWORD message, DWORD state, DWORD first, DWORD second) {
    for (DWORD at = 0; at < handle_count; at++) {
        handle *each = &handles[at];
        if (each->kind != A_LINE || !each->live || each->device != device) continue;
        if (message == LINE_LINEDEVSTATE && !(each->line_states & state)) continue;
        if (message == LINE_ADDRESSSTATE && !(each->address_states & state)) continue;
        push(&apps[each->app], FIRST_HANDLE + at, message, each->instance, first, second, 0);
        if (message == LINE_CLOSE) each->live = 0;
    }
}

static void drop_items(app *of) {
    item *lists[2] = {of->first, of->withheld};
    for (int i = 0; i < 2; i++)
        for (item *each = lists[i], *next; each; each = next) { next = each->next; free(each); }
    of->first = of->last = of->withheld = NULL;
}

static LONG hand_out(app *from, LINEMESSAGE *to) {
    item *told = from->first;
    from->first = told->next;
    if (!from->first) from->last = NULL;
    *to = told->message;
    if (told->message.dwMessageID == LINE_REPLY && !(uint32_t)told->message.dwParam2) {
        for (int i = 0; i < 2; i++)
            if (told->where[i]) { *told->where[i] = told->value[i]; written++; }
        if (told->place) {
            record out;
            VARSTRING filled = {0};
            if (!begin_record(&out, told->place, sizeof filled)) {
                filled.dwStringFormat = STRINGFORMAT_UNICODE;
                put_text(&out, &filled.dwStringSize, &filled.dwStringOffset, told->text);
                end_record(&out, &filled, sizeof filled);
            }
        }
    }
    free(told);
    return 0;
}

LONG WINAPI lineGetMessage(HLINEAPP hLineApp, LPLINEMESSAGE lpMessage, DWORD dwTimeout) {
    enter();
    app *of = app_of(hLineApp);
    LONG answer = planned("lineGetMessage");
    DWORD waited = 0;
    if (!of || answer) {
        leave();
        return of ? answer : (LONG)LINEERR_INVALAPPHANDLE;
    }
    if (of->reading++) misuse("two threads fetch messages");
    while ((of = app_of(hLineApp)) && !of->first && waited < dwTimeout)
        if (!wait_for_news(dwTimeout - waited < 20 ? dwTimeout - waited : 20)) waited += 20;
    if (!of) answer = (LONG)LINEERR_INVALAPPHANDLE;
    else answer = of->first ? hand_out(of, lpMessage) : (LONG)LINEERR_OPERATIONFAILED;
    if (of) of->reading--;
    leave();
    return answer;
}

LONG WINAPI lineInitializeExW(LPHLINEAPP lphLineApp, HINSTANCE hInstance, LINECALLBACK lpfnCallback, LPCWSTR lpszName,
                              LPDWORD lpdwNumDevs, LPDWORD lpdwAPIVersion, LPLINEINITIALIZEEXPARAMS lpParams) {
    (void)hInstance, (void)lpfnCallback;
    enter();
    LONG answer = planned("lineInitializeExW");
    if (answer) {
        leave();
        return answer == 1 ? 0 : answer; /* 1: success is said, and nothing written */
    }
    for (int i = 0; !answer && i < MOST_APPS; i++) if (apps[i].handle && apps[i].reinit) answer = (LONG)LINEERR_REINIT;
    if (!lphLineApp || !lpdwNumDevs || !lpParams || !lpszName) answer = (LONG)LINEERR_INVALPOINTER;
    else if (lpParams->dwTotalSize < sizeof *lpParams) answer = (LONG)LINEERR_STRUCTURETOOSMALL;
    else if (lpParams->dwOptions != LINEINITIALIZEEXOPTION_USEEVENT) answer = (LONG)LINEERR_INVALPARAM;
    else if (*lpdwAPIVersion < 0x00020000) answer = (LONG)LINEERR_INCOMPATIBLEAPIVERSION;
    for (int i = 0; !answer && i < MOST_APPS; i++) {
        if (apps[i].handle) continue;
        memset(&apps[i], 0, sizeof apps[i]);
        apps[i].handle = next_app++;
        apps[i].version = *lpdwAPIVersion;
        *lphLineApp = apps[i].handle;
        *lpdwNumDevs = (DWORD)line_count;
        *lpdwAPIVersion = 0x00030001;
        leave();
        return 0;
    }
    leave();
    return answer ? answer : (LONG)LINEERR_RESOURCEUNAVAIL;
}

LONG WINAPI lineShutdown(HLINEAPP hLineApp) {
    enter();
    app *of = app_of(hLineApp);
    if (of) {
        for (DWORD at = 0; at < handle_count; at++) {
            if (!handles[at].live || handles[at].app != app_index(of)) continue;
            handles[at].live = 0;
            if (handles[at].kind == A_CALL) tidy(handles[at].leg);
        }
        drop_items(of);
        of->handle = 0;
        news();
    }
    leave();
    return of ? 0 : (LONG)LINEERR_INVALAPPHANDLE;
}

/* ---- What tests call ---- */

EXPORT void standin_reset(DWORD with_seed, int with_lines) {
    enter();
    for (int i = 0; i < MOST_APPS; i++) { drop_items(&apps[i]); memset(&apps[i], 0, sizeof apps[i]); }
    memset(lines, 0, sizeof lines);
    memset(plans, 0, sizeof plans);
    for (int i = 0; i < MOST_LEGS; i++) memset(&legs[i], 0, sizeof legs[i]);
    line_count = with_lines;
    for (int i = 0; i < with_lines; i++) lines[i].known = 1;
    seed = with_seed;
    for (DWORD at = 0; at < handle_count; at++) handles[at].live = 0;
    dead_uses = misuses = written = return_delay = 0;
    first_misuse = "";
    leave();
}

EXPORT void standin_plan(const char *function, LONG error, int times) {
    enter();
    for (size_t i = 0; i < sizeof plans / sizeof *plans; i++)
        if (!plans[i].times) {
            strncpy(plans[i].function, function, sizeof plans[i].function - 1);
            plans[i].error = error;
            plans[i].times = times;
            break;
        }
    leave();
}

EXPORT void standin_lie(int device, DWORD lies) { enter(); lines[device].lies = lies; news(); leave(); }

/* Milliseconds between the taking of a request and the return of its function: its reply comes first then. */
EXPORT void standin_delay(DWORD milliseconds) { enter(); return_delay = milliseconds; leave(); }

EXPORT DWORD standin_count(int what) {
    DWORD found = 0;
    enter();
    for (int i = 0; i < MOST_APPS; i++) {
        if (what == COUNT_APPS) found += apps[i].handle != 0;
        if (what == COUNT_IDLE) found += apps[i].handle != 0 && !apps[i].first && apps[i].reading;
        for (item *each = apps[i].first; each && what == COUNT_WAITING; each = each->next) found++;
    }
    for (DWORD at = 0; at < handle_count; at++)
        if (handles[at].live)
            found += (what == COUNT_LINES && handles[at].kind == A_LINE) || (what == COUNT_CALLS && handles[at].kind == A_CALL);
    if (what == COUNT_DEAD) found = dead_uses;
    if (what == COUNT_MISUSED) found = misuses;
    if (what == COUNT_WRITTEN) found = written;
    leave();
    return found;
}

EXPORT const char *standin_misuse(void) { return first_misuse; }

/* Replies that were kept back come now; `forget` drops them. */
EXPORT void standin_let_go(int forget) {
    enter();
    for (int i = 0; i < MOST_APPS; i++)
        for (item *each = apps[i].withheld, *next; each; each = next) {
            next = each->next;
            each->next = NULL;
            apps[i].withheld = next;
            if (forget) { free(each); continue; }
            if (apps[i].last) apps[i].last->next = each;
            else apps[i].first = each;
            apps[i].last = each;
        }
    news();
    leave();
}

EXPORT void standin_message(DWORD device, DWORD message, uint64_t first, uint64_t second, uint64_t third) {
    enter();
    for (int i = 0; i < MOST_APPS; i++)
        if (apps[i].handle)
            push(&apps[i], device, message, 0, (DWORD_PTR)first, (DWORD_PTR)second, (DWORD_PTR)third);
    leave();
}

EXPORT void standin_reinit(void) {
    enter();
    for (int i = 0; i < MOST_APPS; i++)
        if (apps[i].handle) {
            apps[i].reinit = 1;
            push(&apps[i], 0, LINE_LINEDEVSTATE, 0, LINEDEVSTATE_REINIT, 0, 0);
        }
    leave();
}
