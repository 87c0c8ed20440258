using Microsoft.EntityFrameworkCore;

namespace FeedbackService.Observations;

public static class ObservationStore
{
    /// <summary>
    /// Keeps an observation once, however often its event is delivered. The event completes what feedback, when it was
    /// faster, learned from InferenceService; never the other way round.
    /// </summary>
    public static Task KeepAsync(this FeedbackDb db, Observation o, CancellationToken cancellation) => db.Database.ExecuteSqlAsync(
        $"""
        INSERT INTO observations (id, request_id, caller, model, version, task, label, confidence, score, input, total_ms, time)
        VALUES ({o.Id}, {o.RequestId}, {o.Caller}, {o.Model}, {o.Version}, {o.Task}, {o.Label}, {o.Confidence}, {o.Score}, {o.Input}::jsonb, {o.TotalMs}, {o.Time})
        ON CONFLICT (id) DO UPDATE SET task = excluded.task, input = excluded.input, total_ms = excluded.total_ms
          WHERE observations.task IS NULL AND excluded.task IS NOT NULL
        """, cancellation);
}
