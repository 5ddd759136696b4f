/** Which scenarios need a thing: those whose last version does, or a version that an undone campaign was made with. */

/**
 * A select of {kind, id, name} for `uses` of a resource.
 * @param condition  Of a block `b` (jsonb); `$1` is the workspace, `$2` the thing.
 */
export function scenariosThat(condition: string): string {
  return `select distinct 'scenario' as kind, s.id, s.name from scenario s join scenario_version v on v.scenario_id = s.id
     where s.workspace_id = $1
       and (v.number = (select max(last.number) from scenario_version last where last.scenario_id = s.id)
            or exists (select from campaign c where c.scenario_version_id = v.id and c.state not in ('done', 'stopped')))
       and exists (select from jsonb_array_elements(v.definition -> 'blocks') b where ${condition})`
}
