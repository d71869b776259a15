/** Links of Cloudscape, followed without loading the page anew; with a modifier key the browser does as it is used to. */
import Link, { type LinkProps } from '@cloudscape-design/components/link';
import { useNavigate } from 'react-router';

interface FollowEvent {
  readonly detail: { readonly href?: string; readonly external?: boolean };
  preventDefault(): void;
}

/** `onFollow` of every Cloudscape component that has one: it is not called for clicks with a modifier key. */
export const useFollow = (): ((event: FollowEvent) => void) => {
  const navigate = useNavigate();
  return (event) => {
    const { href, external } = event.detail;
    if (href === undefined || external) return;
    event.preventDefault();
    void navigate(href);
  };
};

export const Go = (props: LinkProps & { readonly href: string }) => <Link {...props} onFollow={useFollow()} />;
