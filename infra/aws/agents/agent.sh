#!/usr/bin/env bash
# One agent of Azure Pipelines on one instance: registers, takes one job, leaves, and the instance goes. Runs as root at the
# first start. Its settings are in the environment, and the token is neither among them nor ever on a command line.
set -euo pipefail

: "${AGENT_ORGANIZATION:?}" "${AGENT_POOL:?}" "${AGENT_VERSION:?}" "${AGENT_SHA256:?}" "${AGENT_ARCHITECTURE:?}"
: "${AGENT_DISTRIBUTION:?}" "${AGENT_SECRET:?}" "${AGENT_LOG_GROUP:?}" "${AWS_REGION:?}"
readonly downloads=${AGENT_DOWNLOADS:-https://download.agent.dev.azure.com/agent}
readonly cli_downloads=${AGENT_CLI_DOWNLOADS:-https://awscli.amazonaws.com}
readonly folder=${AGENT_FOLDER:-/opt/azure-pipelines-agent}
# Whoever fails at once and is replaced at once costs money and tells nobody.
readonly pause_seconds=${AGENT_PAUSE_SECONDS:-300}
readonly user=agent
name=$(hostname)
readonly name log="$folder.log"
# Where this agent stands in Azure DevOps, once it is registered: <pool id>/agents/<agent id>.
place=
export AWS_REGION
# Whatever a job leaves in the folder of the agent, root neither runs nor reads.
cd /

say() { printf '%s %s\n' "$(date -u +%FT%TZ)" "$*" | tee -a "$log"; }

# Nothing of root's environment: no credentials, no token.
as_agent() {
  runuser -u "$user" -- env -i --chdir="$folder" HOME="$folder" PATH="$PATH" LANG=C.UTF-8 "$@"
}

# Downloads a file, and keeps it only when it is the one that was meant.
fetch() {
  local url=$1 sha256=$2 file=$3
  curl --fail --silent --show-error --location --proto "=${url%%:*}" --retry 5 --output "$file.part" "$url"
  if ! printf '%s  %s\n' "$sha256" "$file.part" | sha256sum --check --status; then
    rm -f "$file.part"
    say "$url does not have the SHA-256 that was configured; nothing of it was used."
    return 1
  fi
  mv "$file.part" "$file"
}

install_packages() {
  case $AGENT_DISTRIBUTION in
    al2023) dnf install --assumeyes --quiet git libicu iptables-nft tar ;;
    # Canonical's server image has what an agent needs; its package mirrors speak http, which does not get out.
    ubuntu) ;;
  esac
}

install_aws_cli() {
  if aws --version 2>/dev/null | grep -q '^aws-cli/2'; then return; fi
  local machine=x86_64
  if [[ $AGENT_ARCHITECTURE == arm64 ]]; then machine=aarch64; fi
  fetch "$cli_downloads/awscli-exe-linux-$machine-${AGENT_CLI_VERSION:?}.zip" "${AGENT_CLI_SHA256:?}" "$folder/aws-cli.zip"
  python3 -I -m zipfile -e "$folder/aws-cli.zip" "$folder/aws-cli"
  chmod -R u+x "$folder/aws-cli/aws"
  "$folder/aws-cli/aws/install"
}

install_agent() {
  local file=vsts-agent-linux-$AGENT_ARCHITECTURE-$AGENT_VERSION.tar.gz
  fetch "$downloads/$AGENT_VERSION/$file" "$AGENT_SHA256" "$folder/$file"
  tar --extract --gzip --no-same-owner --file "$folder/$file" --directory "$folder"
  rm "$folder/$file"
  chown -R "$user:" "$folder"
}

# The job runs on the host, where a hop limit of one stops nobody: the role of the instance is kept from it here.
close_metadata() {
  iptables --insert OUTPUT --destination 169.254.169.254 --match owner --uid-owner "$user" --jump REJECT
  ip6tables --insert OUTPUT --destination fd00:ec2::254 --match owner --uid-owner "$user" --jump REJECT
  if as_agent curl --silent --max-time 3 --output /dev/null http://169.254.169.254/; then
    say 'The metadata of the instance is still open to the agent; it takes no job.'
    return 1
  fi
}

# The token alone, or a document with it: {"token": "...", "expires": "..."}.
token() {
  aws secretsmanager get-secret-value --secret-id "$AGENT_SECRET" --query SecretString --output text |
    python3 -I -c 'import json, sys
text = sys.stdin.read().strip()
print(json.loads(text)["token"] if text.startswith("{") else text)'
}

# config.sh takes the token out of its own environment, before anything of a job could see it. The agent writes where it
# stands as UTF-8 with a mark (azure-pipelines-agent, ConfigurationStore); it is read here, while no job can have changed it.
register() {
  local secret
  secret=$(token)
  VSTS_AGENT_INPUT_TOKEN=$secret runuser -u "$user" -- env --chdir="$folder" HOME="$folder" \
    ./config.sh --url "$AGENT_ORGANIZATION" --pool "$AGENT_POOL" --agent "$name" --replace --acceptTeeEula --work _work \
    --unattended --auth pat
  place=$(python3 -I -c 'import json, sys
agent = json.load(open(sys.argv[1], encoding="utf-8-sig"))
print("%d/agents/%d" % (agent["poolId"], agent["agentId"]))' "$folder/.agent")
}

work() {
  # What a job comes to is told in its own log; here it only ends.
  as_agent ./run.sh --once || say "The agent ended with $?."
}

# Not by config.sh: the job could have put another one there, and it would be given the token.
leave() {
  local secret status
  secret=$(token) || return
  status=$(printf 'user = ":%s"\n' "$secret" |
    curl --config - --silent --show-error --retry 3 --request DELETE --output /dev/null --write-out '%{http_code}' \
      "${AGENT_ORGANIZATION%/}/_apis/distributedtask/pools/$place?api-version=7.1") || return
  # A token that has ended is answered with a page to sign in, and 203.
  [[ $status == 200 || $status == 204 ]]
}

ship_log() {
  aws logs create-log-stream --log-group-name "$AGENT_LOG_GROUP" --log-stream-name "$name"
  tail -c 200000 "$log" | python3 -I -c 'import json, sys, time
now = int(time.time() * 1000)
print(json.dumps([{"timestamp": now, "message": line} for line in sys.stdin.read().splitlines() if line]))' >"$log.json"
  aws logs put-log-events --log-group-name "$AGENT_LOG_GROUP" --log-stream-name "$name" --log-events "file://$log.json"
}

finish() {
  local status=$?
  trap - EXIT
  if ((status != 0)); then say "It failed with $status."; fi
  if [[ -n $place ]]; then leave || say 'It could not be taken out of the pool, where it stays as offline.'; fi
  ship_log >/dev/null 2>&1 || say 'The log could not be sent.'
  if ((status != 0)); then sleep "$pause_seconds"; fi
  shutdown -h now
  exit "$status"
}

trap finish EXIT
mkdir -p "$folder"
id "$user" >/dev/null 2>&1 || useradd --system --home-dir "$folder" --shell /usr/sbin/nologin "$user"
say "An agent for $AGENT_POOL of $AGENT_ORGANIZATION"
install_packages
install_aws_cli
install_agent
close_metadata
register
say 'Registered; it takes one job.'
work
say 'Done.'
