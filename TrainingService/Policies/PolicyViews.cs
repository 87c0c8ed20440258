using TrainingService.Policies.Quality;
using TrainingService.Runs;

namespace TrainingService.Policies;

/// <param name="Policy">As it was put; it can be put again.</param>
/// <param name="Model">The model that it is for.</param>
/// <param name="ChangedBy">Pseudonymous id: runs by the policy are theirs.</param>
/// <param name="NewLabels">Added since the last run.</param>
/// <param name="DueAt">When the next run is queued if nothing more comes in and there are enough new labels; absent: nothing is due.</param>
/// <param name="Refused">Why the last run was not queued although its time had come, as a request for one would be told; it is tried again when more labels come.</param>
/// <param name="Feedback">What became of feedback on the model's predictions.</param>
/// <param name="Quality">How the live version is in use; absent while nobody judged its predictions.</param>
internal sealed record PolicyView(
    Policy Policy, string Model, string ChangedBy, DateTimeOffset ChangedAt, long NewLabels, DateTimeOffset? DueAt, RunError? Refused, FeedbackCounts Feedback, QualityInUse? Quality);

/// <param name="Pending">To be taken over.</param>
/// <param name="Labelled">That became labels.</param>
/// <param name="Waiting">That became items, which somebody labels or has labelled.</param>
/// <param name="Duplicate">That the data set knew already.</param>
/// <param name="Skipped">That could not be used.</param>
/// <param name="LastReason">Of the last one that was skipped.</param>
internal sealed record FeedbackCounts(long Pending, long Labelled, long Waiting, long Duplicate, long Skipped, string? LastReason);
