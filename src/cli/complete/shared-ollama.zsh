#compdef shared-ollama
# Completion of shared-ollama for zsh: source <(shared-ollama complete zsh)
_shared-ollama() {
  local -a answers
  local line value files=
  while IFS= read -r line; do
    case $line in
      :0) files=1 ;;
      :*) files= ;;
      *)
        # A colon ends the value in what _describe reads; names of models have one.
        value=${${line%%$'\t'*}//:/\\:}
        line=${line#*$'\t'}
        answers+=("$value${line:+:$line}")
        ;;
    esac
  done < <(shared-ollama complete -- "${(@Q)words[2,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)
  [[ $PREFIX == -*=* ]] && compset -P '*='
  (( $#answers )) && _describe -t words 'shared-ollama' answers && return
  [[ -n $files ]] && _files
}
# As a file in $fpath it is called when it is needed; read by a shell that starts, it is made known.
if [[ $funcstack[1] == _shared-ollama ]]; then
  _shared-ollama "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
  compdef _shared-ollama shared-ollama
fi
