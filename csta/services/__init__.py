"""The services of ECMA-269, a module for each chapter, and the requests of the switch with those who serve them."""
