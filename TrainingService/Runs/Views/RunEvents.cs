using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using Microsoft.EntityFrameworkCore;

namespace TrainingService.Runs.Views;

/// <summary>A run as it goes, for whoever watches: an event <c>progress</c> with each change, and <c>end</c> with the whole of it.</summary>
internal sealed class RunEvents(TrainingDb db, TimeProvider time)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250), SayAnyway = TimeSpan.FromSeconds(15), Longest = TimeSpan.FromHours(1);

    /// <summary>Ends with the run, or after an hour; whoever asks again goes on from where the run is then.</summary>
    public async IAsyncEnumerable<SseItem<RunView>> FollowAsync(Run run, Guid dataset, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Look, time);
        var began = time.GetTimestamp();
        (RunStatus, DateTimeOffset?)? seen = null;
        var said = began;
        do
        {
            var now = await db.Runs.AsNoTracking().SingleOrDefaultAsync(r => r.Id == run.Id, cancellation);
            if (now is null)
                yield break; // gone with its data set
            if (now.FinishedAt is not null)
            {
                yield return new SseItem<RunView>(RunView.From(now, dataset), "end");
                yield break;
            }
            if (seen != (now.Status, now.Progress?.Time) || time.GetElapsedTime(said) > SayAnyway) // what is silent for long is cut off on the way
            {
                seen = (now.Status, now.Progress?.Time);
                said = time.GetTimestamp();
                yield return new SseItem<RunView>(RunView.From(now, dataset), "progress");
            }
        }
        while (time.GetElapsedTime(began) < Longest && await timer.WaitForNextTickAsync(cancellation));
    }
}
