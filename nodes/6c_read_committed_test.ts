import readCommitted from "./6c_read_committed.ts";
import { testAvailableRegisters } from "./testing/available_registers_fixture.ts";

testAvailableRegisters(readCommitted, "read-committed");
