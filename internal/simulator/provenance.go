package simulator

// Origins of a behaviour, from the surest to the least sure.
const (
	originDocumented = "documented"
	originSDK        = "sdk"
	originClient     = "client"
	originObserved   = "observed"
	originGuessed    = "guessed"
)
