#!/usr/bin/env ruby
# A node for Maelstrom: reads messages from standard input and answers on standard output.

require "json"

class Node
  def run
    $stdout.sync = true # else Ruby keeps what goes to a pipe
    $stdin.each_line { |line| handle(JSON.parse(line, symbolize_names: true)) }
  end

  private

  def handle(request)
    case request[:body]
    in { type: "init", node_id: }
      @id = node_id
      reply(request, type: "init_ok")
    in { type: "echo", echo: }
      reply(request, type: "echo_ok", echo: echo)
    in { type: }
      reply(request, type: "error", code: 10, text: "not supported: #{type}")
    end
  end

  def reply(request, body)
    body = body.merge(in_reply_to: request[:body][:msg_id])
    puts JSON.generate(src: @id, dest: request[:src], body: body)
  end
end

Node.new.run
