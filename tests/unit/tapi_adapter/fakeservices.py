"""What Windows does with services, in memory; called by ctypes with the types that the real library is called with."""

from __future__ import annotations

from collections.abc import Callable
from ctypes import CFUNCTYPE, POINTER, cast
from typing import Any, NamedTuple

from tapi_adapter.advapi import FUNCTIONS, Advapi, Description, FailureActions
from tapi_adapter.errors import ACCESS_DENIED, INVALID_LEVEL, SERVICE_NOT_ACTIVE
from tapi_adapter.windows_service import Control, State

NO_SUCH_SERVICE, NOT_A_SERVICE, EXISTS = 1060, 1063, 1073
MANAGER = 7


class Told(NamedTuple):
    """What Windows was told of a state."""

    state: State
    accepted: int = 0
    code: tuple[int, int] = (0, 0)


class FakeServices:
    """Windows, which calls the one service that this process is.

    :ivar administrator: whether the caller may install.
    :ivar waiting: whether a process that Windows has started is expected to say that it is a service.
    :ivar running: whether the installed services run.
    :ivar knows_flag: whether exit codes can be told apart from crashes, which Wine cannot.
    """

    def __init__(self) -> None:
        self.administrator = True
        self.waiting = True
        self.running = False
        self.knows_flag = True
        self.told: list[Told] = []
        self.hints: list[int] = []
        self.installed: dict[str, dict[str, Any]] = {}
        self.handles: dict[int, str] = {}
        self.stopped: list[str] = []
        self.advapi = Advapi(self, lambda: self._error)
        self._error = 0
        self._handler: Callable[..., int] | None = None
        self._functions: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401 - a function of ctypes
        if name not in self._functions:
            types = FUNCTIONS[name]
            self._functions[name] = CFUNCTYPE(types.answer, *types.arguments)(getattr(self, f"_{name}"))
        return self._functions[name]

    def control(self, control: int) -> int:
        """Ask the service something; gives its answer."""
        assert self._handler is not None
        return self._handler(control, 0, None, None)

    def _refused(self, error: int) -> int:
        self._error = error
        return 0

    def _opened(self, what: str) -> int:
        handle = MANAGER + len(self.handles)
        self.handles[handle] = what
        return handle

    def _StartServiceCtrlDispatcherW(self, table: Any) -> int:  # noqa: ANN401 - a pointer
        if not self.waiting:
            return self._refused(NOT_A_SERVICE)
        assert table[1].name is None
        assert not table[1].main
        table[0].main(1, None)
        return 1

    def _RegisterServiceCtrlHandlerExW(self, name: str, handler: Callable[..., int], context: int | None) -> int:
        self._handler = handler
        return MANAGER

    def _SetServiceStatus(self, handle: int, pointer: Any) -> int:  # noqa: ANN401 - a pointer
        assert handle == MANAGER
        status = pointer.contents
        self.told.append(Told(State(status.state), status.accepted, (status.exit_code, status.specific_code)))
        self.hints.append(status.wait_hint)
        return 1

    def _OpenSCManagerW(self, machine: None, database: None, rights: int) -> int:
        return self._opened("") if self.administrator else self._refused(ACCESS_DENIED)

    def _CreateServiceW(self, manager: int, name: str, shown: str, *how: Any) -> int:  # noqa: ANN401 - of all types
        if name in self.installed:
            return self._refused(EXISTS)
        words = ("rights", "type", "start", "error", "command", "group", "tag", "needs", "account", "password")
        self.installed[name] = dict(zip(words, how, strict=True))
        return self._opened(name)

    def _ChangeServiceConfig2W(self, service: int, level: int, setting: int) -> int:
        settings = self.installed[self.handles[service]]
        if level == Description.LEVEL:
            settings["description"] = cast(setting, POINTER(Description)).contents.text
        elif level == FailureActions.LEVEL:
            actions = cast(setting, POINTER(FailureActions)).contents
            settings["restarts"] = [actions.actions[each].delay for each in range(actions.count)]
        elif not self.knows_flag:
            return self._refused(INVALID_LEVEL)
        else:
            settings["exit_codes"] = True
        return 1

    def _OpenServiceW(self, manager: int, name: str, rights: int) -> int:
        return self._opened(name) if name in self.installed else self._refused(NO_SUCH_SERVICE)

    def _ControlService(self, service: int, control: int, status: object) -> int:
        if not self.running:
            return self._refused(SERVICE_NOT_ACTIVE)
        assert control == Control.STOP
        self.stopped.append(self.handles[service])
        return 1

    def _DeleteService(self, service: int) -> int:
        del self.installed[self.handles[service]]
        return 1

    def _CloseServiceHandle(self, handle: int) -> int:
        del self.handles[handle]
        return 1
