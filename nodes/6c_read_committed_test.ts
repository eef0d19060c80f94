import readCommitted from "./6c_read_committed.ts";
import { testAvailableRegisters } from "./testing/available_registers.ts";

testAvailableRegisters(readCommitted, "read-committed");
