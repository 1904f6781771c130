package logshipping

// Settings are what an alert says about a ready condition.
type Settings = conditionSettings

// Filters narrow a query.
type Filters = auditFilters

// ConditionIDs are the ready conditions.
var ConditionIDs = conditionIDs

// QueryOf is the query of a ready condition; with changes from its defaults.
func QueryOf(id string, change func(*Settings)) string {
	c, _ := lookupCondition(id)
	s := c.defaults()
	if change != nil {
		change(&s)
	}
	return c.query(s)
}

// Recognize is the condition that gives a query, with its settings.
func Recognize(query string) (id string, s Settings, ok bool) {
	c, s, ok := recognize(query)
	if ok {
		id = c.ID
	}
	return id, s, ok
}

// ReadyCondition is a ready condition.
type ReadyCondition = readyCondition

// ConditionOf is a ready condition.
func ConditionOf(id string) ReadyCondition {
	c, _ := lookupCondition(id)
	return *c
}

// ProblemOf is why a condition cannot be used with settings.
func ProblemOf(id string, s Settings) string {
	c, _ := lookupCondition(id)
	return c.problem(s)
}

// The texts of a condition.
func (c readyCondition) Texts() map[string][2]string {
	return map[string][2]string{
		"title": {c.Title.en, c.Title.zh}, "why": {c.Why.en, c.Why.zh}, "remediation": {c.Remediation.en, c.Remediation.zh}, "message": {c.Message.en, c.Message.zh},
	}
}
