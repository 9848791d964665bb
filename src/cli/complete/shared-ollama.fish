# Completion of shared-ollama for fish: shared-ollama complete fish | source
function __shared_ollama_answers
    set -l words (commandline -opc)
    # What was completed before has its odd characters quoted.
    set -l raw (commandline -ct)
    set -l typed (string unescape -- "$raw"; or echo -- "$raw")
    # Fish wants the whole word, the option in front of its value too.
    set -l option (string match -r -- '^-[^=]*=' "$typed")
    set -l files
    for line in (shared-ollama complete -- $words[2..-1] "$typed" 2>/dev/null)
        switch $line
            case ':0'
                set files 1
            case ':*'
                set files
            case '*'
                echo "$option$line"
        end
    end
    if test -n "$files"
        for path in (__fish_complete_path (string replace -- "$option" '' "$typed"))
            echo "$option$path"
        end
    end
end
complete -c shared-ollama -f -a '(__shared_ollama_answers)'
