/**
 * For bash without the package bash-completion, as on a Mac: the words as they are typed, parted at
 * spaces. The script that follows calls it by the package's name.
 */
export const BEFORE_BASH = String.raw`
if ! declare -F _get_comp_words_by_ref >/dev/null; then
  _get_comp_words_by_ref() {
    local line="${"$"}{COMP_LINE:0:COMP_POINT}"
    read -r -a words <<<"$line"
    [[ "$line" == *" " ]] && words+=("")
    cword=${"$"}((${"$"}{#words[@]} - 1))
    cur="${"$"}{words[cword]}"
    prev="${"$"}{words[cword > 0 ? cword - 1 : 0]}"
  }
fi
`;

/** To bash a colon begins a new word, and names of models have one: what stands before it is left out. */
export const AFTER_BASH = String.raw`
__shared_ollama_words() {
  __shared_ollama_complete "$@"
  local line="${"$"}{COMP_LINE:0:COMP_POINT}" at
  local typed="${"$"}{line##* }"
  [[ "$typed" == *:* && "$COMP_WORDBREAKS" == *:* ]] || return 0
  local before="${"$"}{typed%"${"$"}{typed##*:}"}"
  for at in "${"$"}{!COMPREPLY[@]}"; do
    COMPREPLY[at]="${"$"}{COMPREPLY[at]#"$before"}"
  done
}
complete -F __shared_ollama_words shared-ollama
`;
