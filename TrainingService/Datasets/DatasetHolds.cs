using Microsoft.EntityFrameworkCore;

namespace TrainingService.Datasets;

/// <summary>
/// Locks by which a data set and what is made of it agree. In every transaction they come before all others, the history's included: two that took
/// them in different orders would wait for each other.
/// </summary>
internal static class DatasetHolds
{
    /// <summary>Until the transaction ends the data set is not deleted, nor are rows of it erased; labels come and go.</summary>
    public static Task HoldAsync(this TrainingDb db, int dataset, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"SELECT FROM datasets WHERE number = {dataset} FOR KEY SHARE", cancellation);

    /// <summary>Returns when nobody holds it any more: what was made of it by then can be seen, and nothing more is made of it.</summary>
    public static Task EndHoldsAsync(this TrainingDb db, int dataset, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"SELECT FROM datasets WHERE number = {dataset} FOR UPDATE", cancellation);
}
