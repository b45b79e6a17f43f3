"""C out of the project's own tables: the ``tapi.h`` for the stand-in, and assertions against that of mingw-w64."""

from __future__ import annotations

from collections.abc import Iterator

from tapi_adapter.codegen.tables import VERSIONS, Function, Structure, Tables

NEWEST = VERSIONS["3.1"]
BASE = """\
/* Written from the tables in tapi_adapter/codegen. */
#ifndef TAPI_H
#define TAPI_H
#include <stdint.h>
#define WINAPI
typedef uint8_t BYTE;
typedef uint16_t WORD, WCHAR;
typedef uint32_t DWORD, HLINEAPP, HLINE, HCALL;
typedef int32_t LONG;
typedef uintptr_t DWORD_PTR;
typedef void *HANDLE, *HINSTANCE, *LPVOID, *LINECALLBACK;
typedef DWORD *LPDWORD;
typedef HLINEAPP *LPHLINEAPP;
typedef HLINE *LPHLINE;
typedef HCALL *LPHCALL;
typedef const WCHAR *LPCWSTR;
typedef const char *LPCSTR;
typedef struct { BYTE octets[16]; } GUID;
"""
ASSERTIONS = """\
/* Written from the tables in tapi_adapter/codegen; compiling it is the test. */
#include <stddef.h>
#include <windows.h>
#include <tapi.h>
"""
# What win32metadata knows and the header of mingw-w64 does not.
ONLY_IN_METADATA = {"LINEDISCONNECTMODE_DESTINATIONBARRED", "LINEDISCONNECTMODE_FDNRESTRICT"}


def header(tables: Tables) -> str:
    """The ``tapi.h`` for a machine that has none."""
    return BASE + "".join((*defines(tables), *structures(tables), *prototypes(tables), "#endif\n"))


def defines(tables: Tables) -> Iterator[str]:
    for name, value in constants(tables):
        yield f"#define {name} 0x{value:x}u\n"


def constants(tables: Tables) -> Iterator[tuple[str, int]]:
    for group in tables.groups:
        for name, value in group.members.items():
            yield f"{group.name}_{name}", value


def structures(tables: Tables) -> Iterator[str]:
    yield "#pragma pack(push, 1)\n"
    for structure in tables.structures.values():
        yield f"typedef struct {{ {' '.join(declared(structure))} }} {structure.name}, *LP{structure.name};\n"
    yield "#pragma pack(pop)\n"


def declared(structure: Structure) -> Iterator[str]:
    for member in structure.members:
        for field, kind in member.fields():
            yield f"{kind} {field};"


def prototypes(tables: Tables) -> Iterator[str]:
    for each in tables.functions:
        yield f"LONG WINAPI {each.name}({', '.join(parameter(kind, name) for name, kind in each.arguments)});\n"


def parameter(kind: str, name: str) -> str:
    """The pointers below are const in the header of Windows; const of a pointer itself changes no prototype."""
    return f"{kind} {name}"


def assertions(tables: Tables, pointer: int) -> str:
    """A C file that only compiles when constants, layouts, version sizes and prototypes are those of the header."""
    lines = [ASSERTIONS]
    for name, value in constants(tables):
        if name not in ONLY_IN_METADATA:
            lines.append(equal(f"(DWORD){name}", value))
    for structure in tables.structures.values():
        lines.append(equal(f"sizeof({structure.name})", tables.size(structure.name, pointer, NEWEST)))
        for field, offset in tables.offsets(structure.name, pointer):
            lines.append(equal(f"offsetof({structure.name}, {field})", offset))
    lines += map(same_type, tables.functions)
    return "".join(lines)


def equal(expression: str, value: int) -> str:
    return f'_Static_assert({expression} == 0x{value:x}u, "{expression}");\n'


def same_type(function: Function) -> str:
    types = ", ".join(kind for _, kind in function.arguments)
    pointer = f"LONG (WINAPI *)({types})"
    return (
        f'_Static_assert(__builtin_types_compatible_p(__typeof__(&{function.name}), {pointer}), "{function.name}");\n'
    )
