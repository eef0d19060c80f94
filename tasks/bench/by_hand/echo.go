// Challenge 1 as one writes it for Go by hand: encoding/json on standard input and output, and no
// checks at all.
package main

import (
	"encoding/json"
	"os"
)

type message struct {
	Src  string         `json:"src"`
	Dest string         `json:"dest"`
	Body map[string]any `json:"body"`
}

func main() {
	input, output := json.NewDecoder(os.Stdin), json.NewEncoder(os.Stdout)
	for {
		var m message
		if input.Decode(&m) != nil {
			return
		}
		m.Body["type"] = m.Body["type"].(string) + "_ok"
		m.Body["in_reply_to"] = m.Body["msg_id"]
		delete(m.Body, "msg_id")
		m.Src, m.Dest = m.Dest, m.Src
		if output.Encode(m) != nil {
			return
		}
	}
}
