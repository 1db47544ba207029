# Before "npm start": the program needs a recent Node, which npm has put on the path of its scripts
# if there is one for this machine. An older one would stop at the first line of TypeScript, with
# words that help nobody.

fail() {
  echo "npm start: $*" >&2
  exit 1
}

# "npm/10.8.2 node/v20.1.0 linux x64 ..."
npm=${npm_config_user_agent:-}
case $npm in
  npm/*)
    npm=${npm#npm/}
    npm=${npm%% *}
    [ "${npm%%.*}" -ge 9 ] || fail "npm 9 or newer is needed, this is $npm."
    ;;
esac

# What does not run says why: "error while loading shared libraries: libatomic.so.1: ...".
version=$(node --version 2>&1) || version="one that does not run (${version:-no such command})"
major=${version#v}
major=${major%%.*}
case $major in '' | *[!0-9]*) major=0 ;; esac
if [ "$major" -lt 26 ]; then
  case $version in
    *libatomic*)
      hint='Install the package of your system that has libatomic (libatomic1 on Debian and Ubuntu).'
      ;;
    *) hint='Run "npm install", which brings one where there is one for the machine, or install Node 26.' ;;
  esac
  fail "Node 26 or newer is needed, found $version. $hint"
fi
[ -d node_modules/undici ] || fail 'the dependencies are missing. Run "npm install".'
