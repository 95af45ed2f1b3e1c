# Sourced by scripts that count what is as expected; they end with
#   echo "$passed passed, $failed failed"; [ $failed = 0 ]

passed=0 failed=0

is() { # <what> <expected> <printed>
  if [ "$2" = "$3" ]; then passed=$((passed + 1)); return; fi
  failed=$((failed + 1))
  echo "$1: expected"; echo "$2" | sed 's/^/    /'; echo "  but got"; echo "$3" | sed 's/^/    /'
}
