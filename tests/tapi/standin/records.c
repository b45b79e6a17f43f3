/* Structures of variable size: what fits is put behind the fixed part, what does not is left out whole. */
#include "standin.h"

LONG begin_record(record *of, void *where, DWORD fixed) {
    if (!where) return (LONG)LINEERR_INVALPOINTER;
    of->base = where;
    memcpy(&of->total, where, sizeof of->total);
    if (of->total < fixed) return (LONG)LINEERR_STRUCTURETOOSMALL;
    of->needed = of->used = fixed;
    return 0;
}

void put_octets(record *of, DWORD *size, DWORD *offset, const void *octets, DWORD count) {
    *size = *offset = 0;
    if (!count) return;
    of->needed += count;
    if (of->used + count > of->total) return;
    memcpy(of->base + of->used, octets, count);
    *size = count;
    *offset = of->used;
    of->used += count;
}

void put_text(record *of, DWORD *size, DWORD *offset, const WCHAR *text) {
    DWORD count = length(text);
    put_octets(of, size, offset, text, count ? (count + 1) * (DWORD)sizeof *text : 0);
}

/* Only as much of the fixed part as the negotiated version has: what lies behind it are parts already. */
void end_record(record *of, void *filled, DWORD fixed) {
    DWORD head[3] = {of->total, of->needed, of->used};
    memcpy(filled, head, sizeof head);
    memcpy(of->base, filled, fixed);
}
