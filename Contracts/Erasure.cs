namespace InferenceSuite.Contracts;

/// <summary>Everything that is kept about a subject has to go, everywhere. Sent again, with the same event id, until every service has answered.</summary>
/// <param name="Subject">The pseudonymous id that events call the caller.</param>
[EventType("erasure.requested")]
public sealed record ErasureRequested(Guid ErasureId, string Subject, DateTimeOffset Time);

/// <summary>One service has nothing of the subject any more, and refuses what may come late.</summary>
/// <param name="Counts">What was removed, by the name of what it was: <c>predictions</c>, <c>objects</c>, ...</param>
[EventType("erasure.done")]
public sealed record ErasureDone(Guid ErasureId, string Service, IReadOnlyDictionary<string, long> Counts, DateTimeOffset Time);

/// <summary>Every service has answered. Whose erasure it was only those know who heard the request.</summary>
[EventType("user.erased")]
public sealed record UserErased(Guid ErasureId, DateTimeOffset Time);
