// A node for Maelstrom: reads messages from standard input and answers on standard output.
package main

import (
	"bufio"
	"encoding/json"
	"io"
	"log"
	"os"
)

type message struct {
	Src  string         `json:"src"`
	Dest string         `json:"dest"`
	Body map[string]any `json:"body"`
}

type node struct {
	id  string
	out *json.Encoder
}

func (n *node) reply(request message, body map[string]any) error {
	body["in_reply_to"] = request.Body["msg_id"]
	return n.out.Encode(message{Src: n.id, Dest: request.Src, Body: body})
}

func (n *node) handle(request message) error {
	switch request.Body["type"] {
	case "init":
		n.id, _ = request.Body["node_id"].(string)
		return n.reply(request, map[string]any{"type": "init_ok"})
	case "echo":
		return n.reply(request, map[string]any{"type": "echo_ok", "echo": request.Body["echo"]})
	default:
		return n.reply(request, map[string]any{"type": "error", "code": 10, "text": "not supported"})
	}
}

func main() {
	n := node{out: json.NewEncoder(os.Stdout)}
	// A Decoder, as a bufio.Scanner gives up at lines of 64 KiB.
	in := json.NewDecoder(bufio.NewReader(os.Stdin))
	in.UseNumber() // a float64 would not keep every integer
	for {
		var request message
		if err := in.Decode(&request); err == io.EOF {
			return
		} else if err != nil {
			log.Fatal(err) // to standard error
		}
		if err := n.handle(request); err != nil {
			log.Fatal(err)
		}
	}
}
