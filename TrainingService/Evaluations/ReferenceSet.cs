namespace TrainingService.Evaluations;

/// <param name="Labels">Ids of rows.</param>
/// <param name="Contents">Hashes of their content: a row of the same content is never trained on, whatever its label.</param>
/// <param name="Hash">Of ids and labels, hex: the same for the same rows with the same labels.</param>
/// <param name="Number">Of the choice: rows that came with a later one may have been trained on.</param>
internal sealed record ReferenceSet(IReadOnlySet<Guid> Labels, IReadOnlySet<Guid> Contents, string Hash, int Number = 0);

internal readonly record struct ReferenceRow(Guid Id, Guid Content, string Label);

/// <param name="Kind"><c>trusted</c> or <c>share</c>.</param>
/// <param name="Provisional">Some class had fewer rows than it takes to judge: more join at the next run.</param>
/// <param name="Revision">Of the data set then.</param>
/// <param name="Number">Of the choice, from 1.</param>
internal sealed record ReferenceChoice(string Kind, bool Provisional, int Revision, DateTimeOffset ChosenAt, int Number);
