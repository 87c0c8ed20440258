using Microsoft.AspNetCore.Mvc;
using ServiceDefaults.Problems;

namespace TrainingService.Datasets.Labels;

/// <summary>Which rows of a data set, as a query string.</summary>
/// <param name="Label">With this label.</param>
/// <param name="Labelled">False: those that wait for one; true: the others.</param>
/// <param name="Trusted">Of the reference set, or not.</param>
/// <param name="Source">How they came in: <c>post</c>, <c>predictions</c> or <c>labelling</c>.</param>
/// <param name="From">Added at this time or later.</param>
/// <param name="To">Added before.</param>
/// <param name="Ids">Repeated: ids, ours or those that were given.</param>
internal sealed record LabelFilter(
    [FromQuery(Name = "label")] string? Label,
    [FromQuery(Name = "labelled")] bool? Labelled,
    [FromQuery(Name = "trusted")] bool? Trusted,
    [FromQuery(Name = "source")] string? Source,
    [FromQuery(Name = "from")] DateTimeOffset? From,
    [FromQuery(Name = "to")] DateTimeOffset? To,
    [FromQuery(Name = "id")] string[]? Ids)
{
    private const int MaxIds = 1000;
    private static readonly string[] Sources = ["post", "predictions", "labelling"];

    public bool IsEmpty => Label is null && Labelled is null && Trusted is null && Source is null && From is null && To is null && Ids is null or [];

    /// <summary>As a condition of <c>labels l</c>, whose parameters start at <paramref name="first"/>.</summary>
    /// <exception cref="ProblemException">400</exception>
    public (string Condition, List<object> Parameters) ToSql(int first)
    {
        if (Source is not null && !Sources.Contains(Source))
            throw ProblemException.Invalid("source", $"'source' is one of {string.Join(", ", Sources)}.");
        if (Ids?.Length > MaxIds)
            throw ProblemException.Invalid("id", $"At most {MaxIds} ids at once.");
        var (conditions, parameters) = (new List<string>(), new List<object>());
        Add(Label, "l.label = {0}");
        Add(Labelled, "(l.label IS NOT NULL) = {0}");
        Add(Trusted, "l.trusted = {0}");
        Add(Source, Revisions("r.source = {0}"));
        Add(From?.ToUniversalTime(), Revisions("r.created_at >= {0}"));
        Add(To?.ToUniversalTime(), Revisions("r.created_at < {0}"));
        if (Ids is { Length: > 0 })
        {
            var ours = Ids.Select(id => Guid.TryParse(id, out var guid) ? guid : (Guid?)null).OfType<Guid>().ToArray();
            parameters.Add(ours);
            parameters.Add(Ids);
            conditions.Add($"(l.id = ANY(${first + parameters.Count - 2}) OR l.given_id = ANY(${first + parameters.Count - 1}))");
        }
        return (conditions.Count == 0 ? "true" : string.Join(" AND ", conditions), parameters);

        void Add(object? value, string condition)
        {
            if (value is null)
                return;
            parameters.Add(value);
            conditions.Add(condition.Replace("{0}", $"${first + parameters.Count - 1}", StringComparison.Ordinal));
        }
    }

    private static string Revisions(string condition) => $"l.added IN (SELECT r.revision FROM dataset_revisions r WHERE r.dataset = $1 AND {condition})";
}
