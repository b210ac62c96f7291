# Completion of wampd's command line for fish. The program itself says what may stand where.
function __wampd_complete
    set -l words (commandline -opc)
    set words[1] (string replace -r '^~(?=/)' -- $HOME $words[1])
    type -q $words[1]; or return
    set -l begun (commandline -ct)
    set -l before (string match -r -- '^--[^=]*=' $begun)
    for line in ($words[1] --complete $words[2..] $begun 2>/dev/null)
        switch $line
            case :files
                __fish_complete_path (string replace -- "$before" "" $begun) | string replace -r '^' -- "$before"
            case :folders
                __fish_complete_directories (string replace -- "$before" "" $begun) | string replace -r '^' -- "$before"
            case '*'
                printf '%s%s\n' "$before" $line
        end
    end
end
complete -c wampd -f -a '(__wampd_complete)'
