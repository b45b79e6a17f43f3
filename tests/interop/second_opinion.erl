%% Decodes what it is sent and encodes it again, with the codec that Erlang's ASN.1 compiler makes of the schema.
%% Requests and answers are packets with a length of four octets in front:
%% "CSTA-call-control MakeCall " and a value's octets -> "=" and the octets of the same value, or "!" and what is wrong.
-module(second_opinion).
-export([start/0]).

start() ->
    loop(open_port({fd, 0, 1}, [{packet, 4}, binary, eof])).

loop(Port) ->
    receive
        {Port, {data, Request}} ->
            port_command(Port, answer(Request)),
            loop(Port);
        {Port, eof} ->
            halt()
    end.

answer(Request) ->
    [Module, TypeAndOctets] = binary:split(Request, <<" ">>),
    [Type, Octets] = binary:split(TypeAndOctets, <<" ">>),
    try again(binary_to_atom(Module), binary_to_atom(Type), Octets) of
        Again -> [$=, Again]
    catch
        Class:Reason -> [$!, io_lib:format("~0p ~0p", [Class, Reason])]
    end.

again(Module, Type, Octets) ->
    {ok, Value} = Module:decode(Type, Octets),
    {ok, Again} = Module:encode(Type, Value),
    Again.
