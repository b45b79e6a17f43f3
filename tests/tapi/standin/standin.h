/* A telephony library for tests: a few telephones at a small switch, behind the functions of tapi32.dll.
 *
 * It is as strict as the TAPI reference allows: what is asynchronous is written when its LINE_REPLY is handed out and
 * not before, the order of replies and states varies with a seed, structures hold what the negotiated version has and
 * not an octet more, handles are never used twice, and misuse is counted. What drivers get wrong is told to it with
 * standin_lie().
 *
 * Built with gcc for this machine (tapi.h is then written from the project's tables) and with mingw-w64 as tapi32.dll
 * (tapi.h is then the one of mingw-w64).
 */
#ifndef STANDIN_H
#define STANDIN_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32
#include <windows.h>
#include <tapi.h>
#else
#include "tapi.h"
#endif
#define EXPORT /* called by tests; the linker exports every name */

#define MOST_APPS 4
#define MOST_LINES 1024
#define MOST_LEGS 4096
#define CHARACTERS 64
#define MOST_FORWARDS 4
#define FIRST_HANDLE 0x10001u
#define FIRST_NUMBER 2001

/* What is wrong with the driver of a line. */
enum {
    LIE_HOLE = 1,            /* the number is no line */
    LIE_ZERO_LINE = 2,       /* lineOpen succeeds without a handle */
    LIE_ZERO_CALL = 4,       /* a call is made, and has no handle */
    LIE_ODD_NAME = 8,        /* the name has an odd number of octets */
    LIE_EMPTY_NAME = 0x10,   /* the name has no octets but an offset */
    LIE_WILD_OFFSET = 0x20,  /* the name lies outside of the structure */
    LIE_NO_END = 0x40,       /* DISCONNECTED and IDLE are never told */
    LIE_NEW_MODES = 0x80,    /* modes have a bit that nobody knows */
    LIE_NO_REPLY = 0x100,    /* LINE_REPLY does not come until it is let go */
    LIE_GROWS = 0x200,       /* a structure needs more room each time, four times */
    LIE_GROWS_ON = 0x400,    /* a structure needs more room each time */
    LIE_VERSION = 0x800,     /* a version is agreed on that was not offered */
    LIE_HANGS = 0x1000,      /* lineOpen does not come back until it is let go */
    LIE_MANY = 0x2000,       /* claims to have four billion addresses */
    LIE_OLD = 0x4000,        /* no lie: the driver knows API versions up to 2.1 */
};

/* What is counted for standin_count(). */
enum { COUNT_APPS, COUNT_LINES, COUNT_CALLS, COUNT_DEAD, COUNT_MISUSED, COUNT_WAITING, COUNT_WRITTEN, COUNT_IDLE };

typedef struct item {
    LINEMESSAGE message;
    DWORD *where[2]; /* written when the message is handed out */
    DWORD value[2];
    VARSTRING *place;
    WCHAR text[CHARACTERS];
    DWORD call; /* the call that was asked something, for replies */
    struct item *next;
} item;

typedef struct {
    DWORD handle, version;
    item *first, *last;
    item *withheld;
    int reading, reinit;
} app;

typedef struct {
    int known;
    DWORD lies, growth;
    DWORD forwards, forward_mode[MOST_FORWARDS];
    WCHAR forward[MOST_FORWARDS][CHARACTERS];
} line;

/* A call as one telephone, or the world outside, sees it. */
typedef struct {
    int used, device, peer, conference; /* device -1: outside; peer, conference -1: none */
    DWORD state, mode, id, related, origin, reason;
    WCHAR caller[CHARACTERS], name[CHARACTERS], called[CHARACTERS], connected[CHARACTERS], redirecting[CHARACTERS], redirection[CHARACTERS];
    WCHAR parked[CHARACTERS];
} leg;

enum { A_LINE = 1, A_CALL };

typedef struct {
    int kind, live, app;
    int device;          /* of a line */
    DWORD version, privileges;
    DWORD_PTR instance;
    DWORD line_states, address_states;
    int leg;             /* of a call */
    DWORD line;          /* of a call: the handle of its line */
    DWORD privilege;
} handle;

extern app apps[MOST_APPS];
extern line lines[MOST_LINES];
extern leg legs[MOST_LEGS];
extern int line_count;
extern handle *handles;
extern DWORD handle_count;
extern DWORD return_delay;

/* core.c: the lock, handles, messages */
void enter(void);
void leave(void);
int wait_for_news(DWORD milliseconds);
void news(void);
DWORD chance(DWORD below);
void misuse(const char *what);
LONG planned(const char *function);
app *app_of(DWORD value);
int app_index(const app *one);
DWORD new_handle(handle made);
handle *line_handle(DWORD value);
handle *call_handle(DWORD value);
item *push(app *to, DWORD device, DWORD message, DWORD_PTR instance, DWORD_PTR first, DWORD_PTR second, DWORD_PTR third);
DWORD reply(app *to, item *mark, LONG result, DWORD call, item written);
void copy(WCHAR *to, const WCHAR *from);
int same(const WCHAR *one, const WCHAR *other);
DWORD length(const WCHAR *text);
void number_of(int device, WCHAR *to);
void to_line(int device, DWORD message, DWORD state, DWORD first, DWORD second);

/* legs.c: the switch */
int new_leg(int device, DWORD id, DWORD origin, DWORD reason);
void set_state(int which, DWORD state, DWORD mode);
void set_info(int which, DWORD what);
void announce(int which, app *except);
DWORD handle_for(int which, const handle *at, DWORD privilege);
DWORD handle_of(int which, int of_app);
void finish(int which, DWORD mode);
void tidy(int which);
int offer(int device, int from, DWORD reason, const WCHAR *redirecting);
void dial(int which, const WCHAR *number);
void join(int one, int other);
void far_end_gone(int which);
void hold(int which, DWORD state);
void retrieve(int which);
void shrink(int conference);
DWORD renumber(void);
int station(const WCHAR *number);
DWORD features(const leg *of);

/* requests.c */
/* A request on a call: what is checked before it, and where its messages begin. */
typedef struct {
    handle *of;
    leg *on;
    int which;
    app *from;
    item *mark;
    LONG error;
} request;

request begin(const char *function, HCALL call, DWORD states);
LONG end(const request *of, HCALL call, item written);
item nothing(void);
item handle_at(LPHCALL where, DWORD value, int device);
int valid(LPCWSTR number);
DWORD own_call(int which, handle *at);
LONG call_parameters(LPLINECALLPARAMS const parameters, WCHAR *target);

/* records.c: structures of variable size */
typedef struct {
    BYTE *base;
    DWORD total, needed, used;
} record;
LONG begin_record(record *of, void *where, DWORD fixed);
void put_text(record *of, DWORD *size, DWORD *offset, const WCHAR *text);
void put_octets(record *of, DWORD *size, DWORD *offset, const void *octets, DWORD count);
void end_record(record *of, void *filled, DWORD fixed);

#endif
