import { type NotificationToSend, newId } from '@altmap/core';
import type { AlertNotice, ReceiverTarget } from '@altmap/protocol';

export function sent(target: ReceiverTarget, content: AlertNotice): NotificationToSend {
  return {
    id: newId(),
    createdAt: new Date('2026-11-20T10:00:00Z'),
    state: 'pending',
    groupId: newId(),
    content,
    receiver: { id: newId(), name: 'r', target },
  };
}
