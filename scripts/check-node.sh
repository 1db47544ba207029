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

version=$(node --version 2>/dev/null) || version='no node that runs'
major=${version#v}
major=${major%%.*}
case $major in '' | *[!0-9]*) major=0 ;; esac
if [ "$major" -lt 26 ]; then
  if [ -d node_modules/node ]; then
    why="the one that \"npm install\" should have brought is not there or does not run on this machine ($(uname -s) $(uname -m))"
  else
    why='"npm install" was not run, or left the development dependencies out'
  fi
  fail "Node 26 or newer is needed, found $version: $why. Run \"npm install\", or install Node 26 yourself."
fi
[ -d node_modules/undici ] || fail 'the dependencies are missing. Run "npm install".'
