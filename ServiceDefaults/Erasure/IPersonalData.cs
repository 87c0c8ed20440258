namespace ServiceDefaults.Erasure;

/// <summary>
/// Data about people that a feature keeps. Register one per kind with <c>AddPersonalData</c>, and let the migration of its
/// table call <c>refuse_erased_subjects</c>; then it is erased, exported and guarded against late writes. See docs/privacy.md.
/// </summary>
public interface IPersonalData
{
    /// <summary>What it is, in the plural: a key of the receipt's counts, such as <c>predictions</c>.</summary>
    string Name { get; }

    /// <summary>
    /// Removes what there is of the subject, all of it or a page, and says how many. It is called again, each time in a transaction of
    /// the service's DbContext, until it returns 0; nothing new of the subject can come in meanwhile.
    /// </summary>
    Task<long> EraseAsync(string subject, CancellationToken cancellation);

    /// <summary>Adds what there is of the subject to the copy that they asked for, in bounded memory and without secrets.</summary>
    Task ExportAsync(string subject, PersonalExport export, CancellationToken cancellation);
}
