# Sourced by scripts that compare what the sqlite3 shell prints.

# The shell's prefix ("Runtime error near line 3:") and the SQL that it quotes below an error differ
# between its versions; the message does not.
same_voice() {
  sed -E 's/^(Parse error|Runtime error|Error)( near line [0-9]+| in line [0-9]+)?: (stepping, |in prepare, )?/Error: /
          s/^(Error: .*) \([0-9]+\)$/\1/' |
    awk '/^ *(\^--- error here|error here ---\^)$/ { held = 0; next }
         held { print line; held = 0 }
         after_error && /^  / { line = $0; held = 1; after_error = 0; next }
         { print; after_error = /^Error: / }
         END { if (held) print line }'
}
