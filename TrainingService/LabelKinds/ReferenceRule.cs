using TrainingService.Evaluations;

namespace TrainingService.LabelKinds;

/// <summary>Which rows of a data set its models are judged by: a share of each stratum, so that every part of what there is to learn is among them.</summary>
internal abstract class ReferenceRule
{
    /// <summary>Of a row of <c>labels</c>, as SQL: its stratum, as text.</summary>
    public abstract string Stratum { get; }

    /// <summary>Of so many <c>rows</c> of a stratum, as SQL: how many are judged by.</summary>
    public abstract string Share { get; }

    /// <summary>How many of those that were chosen are where.</summary>
    public abstract IReadOnlyDictionary<string, long> StrataOf(IReadOnlyList<ReferenceRow> chosen);

    /// <summary>Whether so many rows are enough to judge by.</summary>
    /// <param name="strata">By their names.</param>
    public abstract bool IsEnough(IReadOnlyDictionary<string, long> strata);

    /// <summary>What more rows join; null: nothing.</summary>
    /// <param name="chosen">Those there are.</param>
    /// <param name="provisional">They were too few when they were chosen.</param>
    public abstract Growth? Growing(IReadOnlyList<ReferenceRow> chosen, bool provisional);
}

/// <param name="But">Rows with these labels are enough already.</param>
/// <param name="AtMost">By stratum, how many rows it gets at most; of others their share.</param>
internal sealed record Growth(string[] But, IReadOnlyDictionary<string, long>? AtMost = null);

/// <summary>A fifth of each class. Of a class with 25 rows ten may be spared for judging.</summary>
internal sealed class ReferenceByClass : ReferenceRule
{
    public override string Stratum => "label";

    public override string Share => "greatest(ceil(rows * 0.2), CASE WHEN rows >= 25 THEN 10 ELSE 0 END)";

    public override IReadOnlyDictionary<string, long> StrataOf(IReadOnlyList<ReferenceRow> chosen) =>
        chosen.CountBy(row => row.Label).ToDictionary(each => each.Key, each => (long)each.Value, StringComparer.Ordinal);

    public override bool IsEnough(IReadOnlyDictionary<string, long> strata) => strata.Count > 0 && strata.Values.All(rows => rows >= ClassesReport.FewestPerClass);

    /// <summary>
    /// A class that is new gets its share. So does one with too few rows while the choice is provisional; one that has lost some since gets what it lacks, and no more: what is posted
    /// to replace a few rows does not become most of what models are judged by.
    /// </summary>
    public override Growth Growing(IReadOnlyList<ReferenceRow> chosen, bool provisional)
    {
        var strata = StrataOf(chosen);
        return new(
            [.. strata.Where(each => each.Value >= ClassesReport.FewestPerClass).Select(each => each.Key)],
            provisional ? null : strata.ToDictionary(each => each.Key, each => ClassesReport.FewestPerClass - each.Value, StringComparer.Ordinal));
    }
}

/// <summary>
/// A fifth of each tenth of the numbers, so that the whole range is judged by. Equal labels are in one tenth, as in a split. Of 120 rows with different labels
/// fifty may be spared for judging.
/// </summary>
internal sealed class ReferenceByTenth : ReferenceRule
{
    private const string Together = "";
    private const int Tenths = 10;

    public override string Stratum => "((rank() OVER (ORDER BY label::float8) - 1) * 10 / count(*) OVER ())::text";

    public override string Share => "greatest(ceil(rows * 0.2), CASE WHEN rows >= 12 THEN 5 ELSE 0 END)";

    /// <summary>They are judged by together: a tenth of the range has no figures of its own.</summary>
    public override IReadOnlyDictionary<string, long> StrataOf(IReadOnlyList<ReferenceRow> chosen) => new Dictionary<string, long> { [Together] = chosen.Count };

    public override bool IsEnough(IReadOnlyDictionary<string, long> strata) => strata.Values.Sum() >= NumbersReport.FewestRows;

    /// <summary>While the choice is provisional each tenth gets its share; numbers that have lost some since get what they lack, spread over the tenths.</summary>
    public override Growth? Growing(IReadOnlyList<ReferenceRow> chosen, bool provisional)
    {
        if (chosen.Count >= NumbersReport.FewestRows)
            return null;
        var most = (NumbersReport.FewestRows - chosen.Count + Tenths - 1) / Tenths;
        return new([], provisional ? null : Enumerable.Range(0, Tenths).ToDictionary(tenth => $"{tenth}", _ => (long)most, StringComparer.Ordinal));
    }
}
