namespace InferenceSuite.Contracts;

/// <summary>A data set got labels: new rows, or labels for rows that had none or another.</summary>
/// <param name="Caller">Pseudonymous id of whoever added them.</param>
/// <param name="Revision">Of the data set, one up with each change.</param>
/// <param name="Added">With this change.</param>
/// <param name="Labels">In the data set after it.</param>
[EventType("labels.added")]
public sealed record LabelsAdded(Guid Dataset, string Name, string Owner, string Caller, int Revision, long Added, long Labels, DateTimeOffset Time);

/// <summary>A data set lost labels, or was deleted with all it had.</summary>
/// <param name="Caller">Pseudonymous id of whoever removed them.</param>
/// <param name="Revision">Of the data set, one up with each change.</param>
/// <param name="Removed">With this change.</param>
/// <param name="Labels">In the data set after it.</param>
[EventType("labels.removed")]
public sealed record LabelsRemoved(Guid Dataset, string Name, string Owner, string Caller, int Revision, long Removed, long Labels, DateTimeOffset Time);
