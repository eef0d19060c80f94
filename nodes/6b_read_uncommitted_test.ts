import readUncommitted from "./6b_read_uncommitted.ts";
import { testAvailableRegisters } from "./testing/available_registers_fixture.ts";

testAvailableRegisters(readUncommitted, "read-uncommitted");
