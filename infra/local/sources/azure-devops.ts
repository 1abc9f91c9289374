import type { Behaviours } from './source.ts';

const project = '/:organization/:project/_apis';
const endpoints = `${project}/serviceendpoint/endpoints`;
const endpoint = '/:organization/_apis/serviceendpoint/endpoints/:connection';
const hooks = '/:organization/_apis/hooks/subscriptions';
const pipelines = `${project}/pipelines`;
const permissions = `${pipelines}/pipelinepermissions/endpoint/:connection`;
const pullRequests = `${project}/git/repositories/:repository/pullRequests`;
const pullRequestSpec = 'vsts-rest-api-specs 7.2, git, pull requests';
const roles =
  '/:organization/_apis/securityroles/scopes/distributedtask.project.serviceendpointrole/roleassignments/resources/:project';
const entitlements = '/:organization/_apis/serviceprincipalentitlements';
const roleSpec =
  'vsts-rest-api-specs 7.2, securityRoles; terraform-provider-azuredevops, securityroles client (microsoft/azure-devops-go-api issue 148)';
const memberSpec = 'vsts-rest-api-specs 7.1, memberEntitlementManagement, servicePrincipalEntitlements';
const endpointSpec = 'vsts-rest-api-specs 7.2, serviceEndpoint';
const pipelineSpec = 'vsts-rest-api-specs 7.2, pipelines';

/** Routes of the embedded Azure DevOps, as `LocalAzureDevOps.routes` has them. */
export const azureDevOpsBehaviours: Behaviours = {
  'GET /_apis/resourceareas/:areaId': {
    keeps:
      'The primary address of an organization, by its id or name, without credentials; 404 for an unknown one.',
    source: 'azure-devops-docs, extend/develop/work-with-urls',
    open: 'Capitals of a legacy host: `setAddress`, `hostCase`.',
  },
  'GET /_issuer/:issuer/.well-known/openid-configuration': {
    keeps: 'The discovery document of the issuer of an organization or tenant, under its true name.',
    source: 'OpenID Connect Discovery 1.0, section 3; aws-toolkit-azure-devops README',
  },
  'GET /_issuer/:issuer/.well-known/jwks': {
    keeps: 'The public key that tokens are signed with (RS256).',
    source: 'OpenID Connect Discovery 1.0, section 3; RFC 7517',
  },
  'OPTIONS /:organization/_apis/:area': {
    keeps: 'The locations of an area, with the ids that the client looks for.',
    source: 'azure-devops-node-api 17.0.1, VsoClient.js and its *Api.js',
  },
  'GET /:organization/_apis/resourceareas': {
    keeps: '`count 0, value null`, so that the client stays at the address that it was given.',
    source: 'azure-devops-node-api 17.0.1, WebApi.js (as Azure DevOps Server answers)',
  },
  'GET /:organization/_apis/resourceareas/:areaId': {
    keeps: 'The address of one area.',
    source: 'azure-devops-node-api 17.0.1, WebApi.js',
  },
  'GET /:organization/_apis/connectiondata': {
    keeps:
      '`instanceId` is the GUID of the issuer. A caller without a good token is the anonymous user where a project is public. A version that is no preview is refused, which is stricter than the source.',
    source:
      'vsts-rest-api-specs 7.2, location; terraform-provider-stackit issue 1321; azsk/ADOScanner, ContextHelper.ps1',
  },
  'GET /:organization/_apis/serviceendpoint/types': {
    keeps: 'The type that the AWS Toolkit installs, with its inputs; none where it is not installed.',
    source: `${endpointSpec}, types; aws-toolkit-azure-devops, vss-extension.json and changelog`,
  },
  'GET /:organization/_apis/projects': {
    keeps: 'Pages of 100, `$top`, `$skip`, `continuationToken`; only what the caller may see.',
    source: 'vsts-rest-api-specs 7.2, core; public clients of the list for the header',
    open: 'Whether addresses echo the asked spelling: `setAddress`, `projectUrls`.',
  },
  'GET /:organization/_apis/projects/:project': {
    keeps: 'By id or name; 404 TF200016 for one that is missing, deleted or hidden.',
    source: 'vsts-rest-api-specs 7.2, core',
  },
  'POST /:organization/_apis/projects': {
    keeps: 'Length and characters of the name; names are unique in any case.',
    source: 'vsts-rest-api-specs 7.2, core; azure-devops-docs, naming-restrictions',
    open: 'The operation has succeeded before the answer.',
  },
  'PATCH /:organization/_apis/projects/:project': {
    keeps: 'Rename and restore.',
    source: 'vsts-rest-api-specs 7.2, core; azure-devops-docs, naming-restrictions',
    open: 'The operation has succeeded before the answer.',
  },
  'DELETE /:organization/_apis/projects/:project': {
    keeps: 'A deleted project can be restored; its references are left out meanwhile.',
    source: 'vsts-rest-api-specs 7.2, core; azure-devops-docs, restore-project',
    open: 'The end of 28 days is not played.',
  },
  [`GET ${endpoints}`]: {
    keeps:
      'No pages; `type`, `owner` and ids in any case; failed ones only with `includeFailed`; what may not be read is left out with 200; secrets are `null`.',
    source: `${endpointSpec}; winappCli pull request 850; azure-devops-cli-extension issue 1027`,
    open: 'A disabled connection is listed.',
  },
  [`GET ${endpoints}/:connection`]: {
    keeps: '`null` for one that is missing or may not be read.',
    source: `${endpointSpec}; vsts-rest-api-specs issues 285 and 359`,
  },
  'POST /:organization/_apis/serviceendpoint/endpoints': {
    keeps:
      'A type, a name, and a name for each project reference, of which one is needed; names of all types are one namespace in a project.',
    source: `${endpointSpec}; nkdAgility/azure-devops-migration-tools issue 1555`,
    open: 'Which other members are required.',
  },
  [`PUT ${endpoint}`]: {
    keeps: 'Replaces the document; `null` keeps a stored secret.',
    source: `${endpointSpec}; aws-toolkit-azure-devops issues 407, 428, 466, 564`,
    open: 'Whether an empty text empties a stored key: `keepStaleKeys`. References are renamed, neither added nor removed.',
  },
  [`PATCH ${endpoint}`]: {
    keeps: 'Shares, and only adds.',
    source: `${endpointSpec}; terraform-provider-azuredevops pull request 1455`,
  },
  [`DELETE ${endpoint}`]: {
    keeps: 'Takes it from `projectIds`; one that no project uses is gone.',
    source: endpointSpec,
  },
  [`GET ${hooks}`]: {
    keeps:
      'Filters by publisher and consumer; a password that is set reads as `********`; none without the right to view them.',
    source: 'vsts-rest-api-specs 7.2, hooks; terraform-provider-azuredevops, tfs_publisher.go',
  },
  [`GET ${hooks}/:subscription`]: {
    keeps: 'One subscription, its password masked.',
    source: 'vsts-rest-api-specs 7.2, hooks',
  },
  [`POST ${hooks}`]: {
    keeps: 'Known publisher, events and consumer; basic authentication.',
    source: 'vsts-rest-api-specs 7.2, hooks; terraform-provider-azuredevops, tfs_publisher.go',
  },
  [`PUT ${hooks}/:subscription`]: {
    open: 'Whether an update enables one that the system disabled: `hooks.leaveDisabled`.',
    keeps: 'Replaces it; a masked or absent password keeps the stored one.',
    source: 'vsts-rest-api-specs 7.2, hooks; azure-devops-docs, service-hooks/troubleshoot',
  },
  [`DELETE ${hooks}/:subscription`]: {
    keeps: 'It is gone.',
    source: 'vsts-rest-api-specs 7.2, hooks',
  },
  'POST /:organization/_apis/hooks/notificationsquery': {
    keeps: 'Results of deliveries, by subscription and result, at most as many as asked for.',
    source: 'vsts-rest-api-specs 7.2, hooks, NotificationsQuery',
  },
  'GET /:organization/_apis/audit/auditlog': {
    keeps: 'Newest first, in pages, where auditing is on; ids are `<ticks>;<guid>;<guid>`; a preview.',
    source: 'vsts-rest-api-specs 7.1, audit, sample of Query; azure-devops-docs, auditing-events',
    open: 'Which members an entry lacks: `audit.omit`; how late it comes: `audit.delay`.',
  },
  [`GET ${project}/serviceendpoint/:connection/executionhistory`]: {
    keeps: 'Jobs that named the connection, newest first.',
    source: `${endpointSpec}, executionhistory`,
  },
  [`GET ${pipelines}`]: {
    keeps: '`$top` and `continuationToken`; the next token in `x-ms-continuationtoken` alone.',
    source: `${pipelineSpec}, list`,
  },
  [`POST ${pipelines}`]: {
    keeps: 'Of a YAML that is in the repository.',
    source: `${pipelineSpec}, create`,
  },
  [`POST ${pipelines}/:pipeline/runs`]: {
    keeps: 'Expanded when it is queued; a connection that is not there makes the YAML invalid.',
    source: `${pipelineSpec}, runs; azure-devops-python-api issue 394`,
  },
  [`GET ${pipelines}/:pipeline/runs/:run`]: {
    keeps: 'A run whose pipeline may not use its connection waits.',
    source: `${pipelineSpec}, runs; azure-devops-docs, process/approvals`,
    open: 'A run goes on when somebody asks; the first answer is still `inProgress`.',
  },
  [`GET ${permissions}`]: {
    keeps: 'Pipelines that may use the connection; a preview.',
    source: 'vsts-rest-api-specs 7.1, approvalsAndChecks, pipelinepermissions',
  },
  [`PATCH ${permissions}`]: {
    keeps: 'Gives and takes the right of pipelines; a preview.',
    source: 'vsts-rest-api-specs 7.1, approvalsAndChecks, pipelinepermissions',
  },
  [`GET ${project}/build/builds/:build/timeline`]: {
    keeps: 'Records of the tasks of a run, with their logs and issues.',
    source: 'vsts-rest-api-specs 7.2, build, timeline',
  },
  [`GET ${project}/build/builds/:build/logs/:log`]: {
    keeps: 'Lines with their time; parameters of connections are masked by the agent.',
    source: 'vsts-rest-api-specs 7.2, build, logs; azure-pipelines-agent, Worker.cs, MaskingUtil.cs',
  },
  [`POST ${project}/distributedtask/hubs/:hub/plans/:plan/jobs/:job/oidctoken`]: {
    keeps:
      'For the running job alone, by System.AccessToken as Bearer; for a connection that its YAML references; none for a disabled one.',
    source:
      'aws-toolkit-azure-devops 1.24, run for real; azure-devops-docs, predefined variables; docker-tools issue 2012; teleport RFD 211',
    open: 'The status of a refusal (403, 404). The running project’s name of a shared connection stands in the subject.',
  },
  [`POST ${pullRequests}`]: {
    keeps: 'A title and two branches; ids count within the organization.',
    source: `${pullRequestSpec}, create`,
    open: 'Each project has one repository, which is made with its first pull request.',
  },
  [`GET ${pullRequests}/:pullRequest`]: {
    keeps:
      'In a project that the caller may see; 404 TF401180 for another one, TF401019 for another repository.',
    source: `${pullRequestSpec}, get`,
  },
  [`PATCH ${pullRequests}/:pullRequest`]: {
    keeps: 'The status alone: active, completed, abandoned.',
    source: `${pullRequestSpec}, update`,
    open: 'No branch is merged, no policy is evaluated.',
  },
  [`GET ${pullRequests}/:pullRequest/threads`]: {
    keeps: 'All threads at once; one whose comments are all deleted is `isDeleted`.',
    source: `${pullRequestSpec}, threads, list`,
  },
  [`POST ${pullRequests}/:pullRequest/threads`]: {
    keeps:
      'At least one comment; enumerations by name or number; 403 TF401027 for a build service that may not contribute to pull requests.',
    source: `${pullRequestSpec}, threads, create; infracost-azure-devops README, Troubleshooting (403 error)`,
    open: 'Whether the build service may contribute: not until `pullRequests.letBuildServiceContribute`.',
  },
  [`PATCH ${pullRequests}/:pullRequest/threads/:thread/comments/:comment`]: {
    keeps: 'The content of the comment, by those who may contribute.',
    source: `${pullRequestSpec}, thread comments, update`,
    open: 'Whose comment it is makes no difference.',
  },
  [`GET ${roles}`]: {
    keeps:
      'Who has which role on all service connections of a project; an empty list for a project that is not there or not seen.',
    source: roleSpec,
    open: 'Whether somebody without rights is refused or shown an empty list: fault 403, or a token without the project.',
  },
  [`PUT ${roles}`]: {
    keeps:
      'Gives one role to each identity, by its storage key; one that is not known is left out of the answer.',
    source: roleSpec,
  },
  [`PATCH ${roles}`]: {
    keeps: 'Takes the role from the identities of the list.',
    source: roleSpec,
  },
  'GET /:organization/_apis/graph/serviceprincipals': {
    keeps: 'Service principals that are members, with client id, object id and descriptor, in pages.',
    source: 'vsts-rest-api-specs 7.1, graph, servicePrincipals',
  },
  'GET /:organization/_apis/graph/storagekeys/:descriptor': {
    keeps: 'The id that roles are given to; it is not the one that the descriptor holds.',
    source: 'vsts-rest-api-specs 7.1, graph, storageKeys',
  },
  [`GET ${entitlements}/:member`]: {
    keeps: 'A member with the projects that it is in.',
    source: memberSpec,
  },
  [`POST ${entitlements}`]: {
    keeps:
      'Makes a service principal of the tenant a member of no project; others come with `isSuccess: false`.',
    source: `${memberSpec}; azure-devops-docs, service-principal-managed-identity`,
  },
  [`PATCH ${entitlements}/:member`]: {
    keeps: 'Adds it to the group Readers of projects; asks for a JSON patch.',
    source: memberSpec,
  },
};
