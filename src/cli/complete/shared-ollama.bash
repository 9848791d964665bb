# Completion of shared-ollama for bash: source <(shared-ollama complete bash)
# What is typed is handed over as it is: nothing in it is run.
_shared_ollama() {
  # Bash takes words apart at colons and equal signs, which names of models and options have.
  local rest=${COMP_LINE:0:COMP_POINT} words=() piece glued
  for piece in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
    glued=1
    while [[ $rest == [[:space:]]* ]]; do rest=${rest:1} glued=; done
    # The cursor may stand in the middle of a word.
    [[ $rest == "$piece"* ]] || piece=$rest
    rest=${rest:${#piece}}
    if [[ $glued && ${#words[@]} -gt 0 ]]; then
      words[${#words[@]} - 1]+=$piece
    else
      words+=("$piece")
    fi
  done
  # What was completed before has its odd characters quoted.
  words=("${words[@]//\\/}")

  # What stands in front of the last such sign is not replaced.
  local word=${words[${#words[@]} - 1]} option='' kept=''
  if [[ $word == -*=* ]]; then
    [[ $COMP_WORDBREAKS == *=* ]] || option=${word%%=*}=
    word=${word#*=}
  fi
  [[ $COMP_WORDBREAKS == *:* && $word == *:* ]] && kept=${word%"${word##*:}"}

  COMPREPLY=()
  local line files=
  while IFS= read -r line; do
    case $line in
      :0) files=1 ;;
      :*) files= ;;
      *)
        line=${line%%$'\t'*}
        # Bash itself quotes names of files only.
        printf -v line %q "${line#"$kept"}"
        COMPREPLY+=("$option$line")
        ;;
    esac
  done < <(shared-ollama complete -- "${words[@]:1}" 2>/dev/null)
  # Older ones than bash 4 do not know it: there, files are not completed.
  [[ $files ]] && compopt -o default 2>/dev/null
  return 0
}
complete -F _shared_ollama shared-ollama
