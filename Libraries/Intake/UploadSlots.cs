using Microsoft.AspNetCore.Http;
using ServiceDefaults.Problems;

namespace Intake;

/// <summary>Inputs that may come in at once. One caller has half of them at most: slow lines must not keep everybody else out.</summary>
public sealed class UploadSlots(IntakeOptions limits)
{
    private static readonly TimeSpan TryAgain = TimeSpan.FromSeconds(5);
    private readonly int max = limits.MaxUploads;
    private readonly int maxPerCaller = Math.Max(1, limits.MaxUploads / 2);
    private readonly Dictionary<string, int> taken = [];
    private int total;

    /// <returns>Gives the slot back; to be called once.</returns>
    /// <exception cref="ProblemException">429: the caller has its share. 503: all are taken.</exception>
    public Action Take(string caller)
    {
        lock (taken)
        {
            var mine = taken.GetValueOrDefault(caller);
            if (mine == maxPerCaller)
                throw new ProblemException(StatusCodes.Status429TooManyRequests, "too-many-uploads", $"{mine} inputs of yours come in already; half of {limits.Section}:MaxUploads ({max}) is what one caller may have.") { RetryAfter = TryAgain };
            if (total == max)
                throw ProblemException.Unavailable("overloaded", $"More inputs come in than {limits.Section}:MaxUploads ({max}) allows.", TryAgain);
            taken[caller] = mine + 1;
            total++;
        }
        return () => GiveBack(caller);
    }

    private void GiveBack(string caller)
    {
        lock (taken)
        {
            total--;
            if (--taken[caller] == 0)
                taken.Remove(caller);
        }
    }
}
