// `completion SHELL`: each script asks the program itself, so that none has to be kept in step.
import { UsageError } from '../target/usage-error.js';
import type { Run } from './commands.js';
import { SHELLS } from './complete-command.js';
import { EXIT } from './exit.js';

const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], string>> = {
  bash: `# source <(kubectl-netdiag completion bash)
_kubectl_netdiag() {
  local out IFS=$'\\n'
  out=$(kubectl-netdiag __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null) || return
  case "\${out##*:}" in 2|6) compopt -o nospace ;; 0) compopt -o default ;; esac
  COMPREPLY=($(compgen -W "\${out%:*}" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -F _kubectl_netdiag kubectl-netdiag
`,
  zsh: `#compdef kubectl-netdiag
# kubectl-netdiag completion zsh > "\${fpath[1]}/_kubectl-netdiag"
_kubectl_netdiag() {
  local out
  out=$(kubectl-netdiag __complete "\${(@)words[2,CURRENT]}" 2>/dev/null) || return
  local -a choices
  choices=("\${(@f)out}")
  local directive="\${choices[-1]#:}"
  choices=("\${(@)choices[1,-2]}")
  if [[ $directive == 0 ]]; then _files; elif [[ $directive == 6 ]]; then compadd -S '' -- $choices; else compadd -- $choices; fi
}
compdef _kubectl_netdiag kubectl-netdiag
`,
  fish: `# kubectl-netdiag completion fish | source
function __kubectl_netdiag
  set -l words (commandline -opc) (commandline -ct)
  kubectl-netdiag __complete $words[2..-1] 2>/dev/null | string match -v -r '^:'
end
complete -c kubectl-netdiag -f -a '(__kubectl_netdiag)'
`,
  powershell: `# kubectl-netdiag completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName kubectl-netdiag -ScriptBlock {
  param($word, $ast, $cursor)
  $words = @($ast.CommandElements | Select-Object -Skip 1 | ForEach-Object { "$_" })
  if ($word -eq '') { $words += '' }
  kubectl-netdiag __complete @words 2>$null | Where-Object { $_ -notmatch '^:' } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_)
  }
}
`,
  kubectl: `#!/usr/bin/env sh
# kubectl netdiag completion kubectl > "\${KREW_ROOT:-$HOME/.krew}/bin/kubectl_complete-netdiag", then chmod +x it
exec kubectl-netdiag __complete "$@"
`,
};

export const run: Run = async ({ words: [word], terminal }) => {
  const shell = SHELLS.find((one) => one === word);
  if (shell === undefined) throw new UsageError(`no completion for "${word}".`, `One of: ${SHELLS.join(', ')}.`);
  terminal.out(SCRIPTS[shell]);
  return EXIT.ok;
};
