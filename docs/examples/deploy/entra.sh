#!/bin/sh
# Makes the application in Entra that trusts azfed's role, and prints the credential for federation.yaml.
#
#   entra.sh [name of the application] [path and name of the role of discover]
#
# Needs `aws` with the credentials of the hub, where outbound web identity federation is enabled, and `az`, signed in to the
# tenant of the organization as somebody who may register applications. Run it again after a change: what is there stays.
set -eu
name=${1:-azfed}
role=${2:-azfed-discover}

# arn:aws:sts::111122223333:assumed-role/..., of which the first five parts count
caller=$(aws sts get-caller-identity --query Arn --output text)
partition=$(echo "$caller" | cut -d: -f2)
account=$(echo "$caller" | cut -d: -f5)
subject="arn:$partition:iam::$account:role/$role"
issuer=$(aws iam get-outbound-web-identity-federation-info --query IssuerIdentifier --output text)

client=$(az ad app list --display-name "$name" --query '[0].appId' --output tsv)
if [ -z "$client" ]; then
  client=$(az ad app create --display-name "$name" --sign-in-audience AzureADMyOrg --query appId --output tsv)
fi
az ad sp show --id "$client" --output none 2>/dev/null || az ad sp create --id "$client" --output none

trust="{\"name\": \"$name\", \"issuer\": \"$issuer\", \"subject\": \"$subject\", \"audiences\": [\"api://AzureADTokenExchange\"]}"
known=$(az ad app federated-credential list --id "$client" --query "[?name=='$name'].name" --output tsv)
if [ -z "$known" ]; then
  az ad app federated-credential create --id "$client" --parameters "$trust" --output none
else
  az ad app federated-credential update --id "$client" --federated-credential-id "$name" --parameters "$trust" --output none
fi

tenant=$(az account show --query tenantId --output tsv)
echo "The application $name trusts $subject. Write into federation.yaml, for the organization:"
echo "    credential: { type: entra, tenantId: $tenant, clientId: $client }"
object=$(az ad sp show --id "$client" --query id --output tsv)
echo "Next, once it stands there: azfed access grant --object-id $object"
