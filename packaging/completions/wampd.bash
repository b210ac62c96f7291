# Completion of wampd's command line for bash, with the package bash-completion. The program itself says what may stand where.
_wampd() {
  local cur words cword word what
  _get_comp_words_by_ref -n =: cur words cword
  COMPREPLY=()
  while IFS=$'\t' read -r word what; do
    case $word in
      :files | :folders)
        compopt -o filenames
        local kind=-f name=$cur
        [[ $word == :files ]] || kind=-d
        [[ $name != --*=* ]] || name=${name#*=}
        while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen "$kind" -- "$name")
        ;;
      *) COMPREPLY+=("$word") ;;
    esac
  done < <("${words[0]/#~/$HOME}" --complete "${words[@]:1:cword}" 2>/dev/null)
  __ltrim_colon_completions "$cur"
}
complete -F _wampd wampd
