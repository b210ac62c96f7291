# Completion of wampd's command line for bash, with the package bash-completion. The program itself says what may stand where.
_wampd() {
  local cur words cword word what files=false others=false
  _get_comp_words_by_ref -n =: cur words cword
  COMPREPLY=()
  while IFS=$'\t' read -r word what; do
    case $word in
      :files | :folders)
        files=true
        local kind=-f
        [[ $word == :files ]] || kind=-d
        while IFS= read -r word; do COMPREPLY+=("$word"); done < <(compgen "$kind" -- "${cur#--*=}")
        ;;
      *)
        others=true
        COMPREPLY+=("$word")
        ;;
    esac
  done < <("${words[0]/#~/$HOME}" --complete "${words[@]:1:cword}" 2>/dev/null)
  # This is for all words, and would make a folder of a subcommand that has its name.
  if $files && ! $others; then compopt -o filenames; fi
  __ltrim_colon_completions "${cur#--*=}"
}
complete -F _wampd wampd
