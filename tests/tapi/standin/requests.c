/* What all requests on calls have in common. */
#include "standin.h"

request begin(const char *function, HCALL call, DWORD states) {
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

LONG end(const request *of, HCALL call, item written) {
    LONG answer = of->error;
    if (!answer) answer = (LONG)reply(of->from, of->mark, 0, call, written);
    for (DWORD waited = 0; answer > 0 && waited < return_delay; waited += 20) wait_for_news(20);
    leave();
    return answer;
}

item nothing(void) { item none = {0}; return none; }

item handle_at(LPHCALL where, DWORD value, int device) {
    item made = {0};
    made.where[0] = where;
    made.value[0] = device >= 0 && lines[device].lies & LIE_ZERO_CALL ? 0 : value;
    return made;
}

int valid(LPCWSTR number) {
    for (DWORD i = 0; i < length(number); i++)
        if (!((number[i] >= '0' && number[i] <= '9') || number[i] == '*' || number[i] == '#' || number[i] == ',')) return 0;
    return length(number) < CHARACTERS;
}

/* A call of our own appears: its maker owns it, others may watch. */
DWORD own_call(int which, handle *at) {
    app *of = &apps[at->app];
    DWORD made = handle_for(which, at, LINECALLPRIVILEGE_OWNER);
    announce(which, of);
    return made;
}

LONG call_parameters(LPLINECALLPARAMS const parameters, WCHAR *target) {
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
