using Learning.Evaluation;
using Microsoft.EntityFrameworkCore;
using ServiceDefaults.Problems;
using TrainingService.Datasets;
using TrainingService.Datasets.Snapshots;
using TrainingService.Registry;
using TrainingService.Runs;

namespace TrainingService.Evaluations;

/// <summary>Evaluates registered versions, wherever they were trained.</summary>
internal sealed class VersionEvaluator(TrainingDb db, ReferenceSets references, TestSides testSides, VersionAnswers answers, EvaluationRecorder recorder, TimeProvider time)
{
    /// <summary>Asks the version about the reference rows of a snapshot and puts on record how it did.</summary>
    /// <param name="run">That it is for: has it evaluated the version on these rows already, that is the answer.</param>
    /// <param name="withTest">Also about the test side of the snapshot's split.</param>
    /// <exception cref="HttpRequestException">InferenceService does not answer, for minutes.</exception>
    /// <exception cref="ProblemException">The version does not fit the data set, or can't be asked; says why.</exception>
    /// <exception cref="RunFailedException">An image can't be read.</exception>
    public async Task<Evaluation> EvaluateAsync(
        ModelVersion version, Dataset dataset, Snapshot snapshot, Guid run, bool withTest, Action<RunProgress> progress, CancellationToken cancellation)
    {
        var known = await db.Evaluations.AsNoTracking().SingleOrDefaultAsync(e => e.Run == run && e.Model == version.Model && e.Version == version.Version, cancellation);
        var reference = await references.EnsureAsync(dataset, snapshot, cancellation);
        if (known?.ReferenceHash == reference.Hash)
            return known;
        var fit = await VersionOnDataset.FitAsync(db, version, dataset, snapshot.Revision, cancellation);
        if (reference.Labels.Count == 0)
            throw ProblemException.Conflict("no-reference", "Nothing is left of the data set's reference rows. POST /v1/datasets/{dataset}/reference chooses others.");
        var test = withTest && fit.Reading.Coding is { } coding ? await testSides.OfAsync(snapshot, reference, coding, SeedOf(version, dataset), cancellation) : [];
        var total = reference.Labels.Count + test.Length;
        var judged = await JudgeAsync(fit, snapshot.Revision, [.. reference.Labels], done => Tell(done), cancellation);
        var tested = test.Length == 0 ? null : await JudgeAsync(fit, snapshot.Revision, test, done => Tell(judged.Report.Rows + done), cancellation);
        return await recorder.RecordAsync(new Evaluation
        {
            Id = Guid.CreateVersion7(time.GetUtcNow()),
            Model = version.Model,
            Version = version.Version,
            Dataset = dataset.Number,
            Run = run,
            Snapshot = snapshot.Id,
            Labels = snapshot.Rows,
            ReferenceHash = reference.Hash,
            Reference = judged.Report,
            Test = tested?.Report,
            Answers = judged.Answers,
            Classes = fit.Reading.Classes,
            CreatedAt = time.GetUtcNow(),
        }, cancellation);

        static ulong SeedOf(ModelVersion version, Dataset dataset) => TrainedOn.Of(version) is { } lineage && lineage.DatasetId == dataset.Id ? lineage.Seed : new RunRequest().Seed;

        void Tell(int done) => progress(new RunProgress("evaluating", done, total, TrainLoss: null, ValidationLoss: null, time.GetUtcNow()));
    }

    /// <summary>The answers are gone before others are asked for.</summary>
    private async Task<Judged> JudgeAsync(VersionOnDataset fit, int revision, Guid[] ids, Action<int> done, CancellationToken cancellation)
    {
        var given = await answers.AskAsync(fit, revision, ids, done, cancellation);
        return new Judged(given.Evaluate(), given.ToBytes());
    }

    private sealed record Judged(IEvaluationReport Report, byte[] Answers);
}
